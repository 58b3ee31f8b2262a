#pragma once

#include "guarded.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHNSW.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>
#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

namespace cfaiss {

/// Goes through an index and its parts in one fixed order and shows `visitor` each array that grows with the rows:
///
///     visitor.part(index)         each index, before its arrays
///     visitor.count(ntotal)       a count that FAISS's reader compares with the array that follows
///     visitor.array(vector)       std::vector<T>
///     visitor.table(table)        faiss::AlignedTable<uint8_t>
///     visitor.lists(pointer)      faiss::InvertedLists *
///     visitor.links(nsg)          faiss::NSG's adjacency matrix
///     visitor.complete(index)     after the parts of a kind that keeps something computed from its arrays
///
/// Arrays of other kinds (centroids of product quantisers, matrices, hash tables) are left to FAISS. What may throw is the
/// visitor alone.
template <typename Visitor>
void walk(faiss::Index *index, Visitor &visitor);

template <typename Visitor>
void walk(faiss::IndexBinary *index, Visitor &visitor);

template <typename Visitor>
void walk_hnsw(faiss::HNSW &graph, Visitor &visitor) {
    visitor.array(graph.levels);
    visitor.array(graph.offsets);
    visitor.array(graph.neighbors);
}

template <typename Visitor>
void walk_flat_codes(faiss::IndexFlatCodes &index, Visitor &visitor) {
    if (dynamic_cast<faiss::IndexFlat *>(&index) || dynamic_cast<faiss::IndexLSH *>(&index)) {
        visitor.count(index.ntotal);
    }
    visitor.array(index.codes);
    if (auto *sketched = dynamic_cast<SketchedFlat *>(&index)) visitor.complete(*sketched);
}

/// Whether FAISS's reader decodes as many centroids as the quantizer counts, for the table of a FastScan index, while the
/// arrays that they would come from are still empty. Those of other quantizers are in the skeleton, or are counted 0.
inline bool decodes_early(const faiss::IndexIVF &ivf) {
    if (dynamic_cast<const faiss::IndexIVFPQFastScan *>(&ivf) == nullptr) return false;
    return dynamic_cast<const faiss::IndexHNSW *>(ivf.quantizer) != nullptr ||
        dynamic_cast<const faiss::IndexScalarQuantizer *>(ivf.quantizer) != nullptr ||
        dynamic_cast<const faiss::IndexPreTransform *>(ivf.quantizer) != nullptr;
}

template <typename Visitor>
void walk(faiss::Index *index, Visitor &visitor) {
    if (index == nullptr) throw Failure{CFAISS_MALFORMED, "an index lacks a part"};
    visitor.part(*index);
    if (auto *codes = dynamic_cast<faiss::IndexFlatCodes *>(index)) {
        walk_flat_codes(*codes, visitor);
    } else if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(index)) {
        walk(ivf->quantizer, visitor);
        if (decodes_early(*ivf)) visitor.count(ivf->quantizer->ntotal);
        if (auto *refined = dynamic_cast<faiss::IndexIVFPQR *>(ivf)) visitor.array(refined->refine_codes);
        visitor.lists(ivf->invlists);
        visitor.complete(*ivf);
    } else if (auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(index)) {
        walk_hnsw(hnsw->hnsw, visitor);
        walk(hnsw->storage, visitor);
    } else if (auto *nsg = dynamic_cast<faiss::IndexNSG *>(index)) {
        visitor.links(nsg->nsg);
        walk(nsg->storage, visitor);
    } else if (auto *blocks = dynamic_cast<faiss::IndexFastScan *>(index)) {
        visitor.table(blocks->codes);
    } else if (auto *chained = dynamic_cast<faiss::IndexPreTransform *>(index)) {
        walk(chained->index, visitor);
    } else if (auto *refine = dynamic_cast<faiss::IndexRefine *>(index)) {
        walk(refine->base_index, visitor);
        walk(refine->refine_index, visitor);
    } else if (auto *mapped = dynamic_cast<faiss::IndexIDMap *>(index)) {
        walk(mapped->index, visitor);
        visitor.count(mapped->ntotal);
        visitor.array(mapped->id_map);
        visitor.complete(*mapped);
    }
}

template <typename Visitor>
void walk(faiss::IndexBinary *index, Visitor &visitor) {
    if (index == nullptr) throw Failure{CFAISS_MALFORMED, "an index lacks a part"};
    if (auto *flat = dynamic_cast<faiss::IndexBinaryFlat *>(index)) {
        visitor.count(flat->ntotal);
        visitor.array(flat->xb);
    } else if (auto *ivf = dynamic_cast<faiss::IndexBinaryIVF *>(index)) {
        walk(ivf->quantizer, visitor);
        visitor.lists(ivf->invlists);
    } else if (auto *hnsw = dynamic_cast<faiss::IndexBinaryHNSW *>(index)) {
        walk_hnsw(hnsw->hnsw, visitor);
        walk(hnsw->storage, visitor);
    }
}

}  // namespace cfaiss
