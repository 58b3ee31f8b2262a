#include "structure/structure.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/invlists/BlockInvertedLists.h>

namespace cfaiss {
namespace structure {
namespace {

template <typename Kind>
const Kind *as(const faiss::Index &index) {
    return dynamic_cast<const Kind *>(&index);
}

/// A part of the same shape with as many rows.
void check_part(const faiss::Index *part, const faiss::Index &whole) {
    expect(part != nullptr, "an index lacks a part");
    expect(part->d == whole.d && part->ntotal == whole.ntotal, "an index and its part differ in shape");
    expect(part->metric_type == whole.metric_type, "an index and its part differ in metric");
    check(*part, Labels::rows);
}

void check_flat_codes(const faiss::IndexFlatCodes &index) {
    const bool trained = index.is_trained;
    expect(trained || index.ntotal == 0, "rows of an index that is not trained");
    size_t code_size = 0;
    if (as<faiss::IndexFlat>(index)) {
        code_size = size_t(index.d) * sizeof(float);
    } else if (const auto *scalar = as<faiss::IndexScalarQuantizer>(index)) {
        check(scalar->sq, index.d, trained);
        code_size = scalar->sq.code_size;
    } else if (const auto *product = as<faiss::IndexPQ>(index)) {
        check(product->pq, index.d);
        expect(product->search_type == faiss::IndexPQ::ST_PQ && !product->encode_signs,
               "product codes are searched in a way that is not supported");
        code_size = product->pq.code_size;
    } else if (const auto *lsh = as<faiss::IndexLSH>(index)) {
        expect(lsh->nbits == lsh->d, "an LSH index has more or fewer bits than dimensions");
        check(lsh->rrot);
        expect(!lsh->rotate_data ||
                   (lsh->rrot.is_trained && lsh->rrot.d_in == lsh->d && lsh->rrot.d_out == lsh->nbits),
               "the rotation of an LSH index has another shape than its index");
        expect(!lsh->train_thresholds || !trained || lsh->thresholds.size() == size_t(lsh->nbits),
               "an LSH index has the wrong number of thresholds");
        code_size = size_t(lsh->nbits + 7) / 8;
    } else if (const auto *additive = as<faiss::IndexAdditiveQuantizer>(index)) {
        expect(additive->aq != nullptr, "an index lacks its quantiser");
        check(*additive->aq, index.d);
        code_size = additive->aq->code_size;
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    expect(code_size >= 1 && index.code_size == code_size, "the code size does not agree with the quantiser");
    expect(index.codes.size() % code_size == 0 && index.codes.size() / code_size == size_t(index.ntotal),
           "an index holds more or fewer codes than it counts rows");
}

/// What FastScan needs of its codes, in lists or not.
template <typename Blocks>
void check_blocks(const Blocks &index) {
    expect(index.nbits == 4 && index.ksub == 16 && index.M >= 1 && index.M2 == (index.M + 1) / 2 * 2,
           "blocks of codes of a size that is not supported");
    expect(index.bbs == block_rows, "the size of a block is not supported");
    // 12 keeps hits in a heap, 0 leaves the choice to FAISS.
    expect((index.implem == 0 || index.implem == 12) && index.qbs == 0, "the search settings are out of range");
}

/// Product codes, four bits a part.
template <typename Blocks>
void check_product_blocks(const Blocks &index) {
    check(index.pq, index.d);
    expect(index.pq.M == index.M && index.pq.nbits == 4 && index.pq.code_size == index.code_size,
           "a quantiser has another shape than its index");
    check_blocks(index);
}

/// Additive codes, four bits a step, and two steps for the norm where distances need it.
template <typename Blocks>
void check_additive_blocks(const Blocks &index) {
    expect(index.aq != nullptr, "an index lacks its quantiser");
    const faiss::AdditiveQuantizer &quantizer = *index.aq;
    check(quantizer, index.d);
    for (const size_t nbits : quantizer.nbits) expect(nbits == 4, "blocks of codes of a size that is not supported");
    const bool keeps_norms = index.metric_type == faiss::METRIC_L2;
    const bool has_norms = quantizer.search_type == faiss::AdditiveQuantizer::ST_norm_lsq2x4 ||
        quantizer.search_type == faiss::AdditiveQuantizer::ST_norm_rq2x4;
    expect(keeps_norms ? has_norms : quantizer.search_type == faiss::AdditiveQuantizer::ST_LUT_nonorm,
           "the norms of blocks of codes are kept in a way that is not supported");
    expect(index.M == quantizer.M + (keeps_norms ? 2 : 0) && index.code_size == quantizer.code_size,
           "a quantiser has another shape than its index");
    expect(index.norm_scale >= 1 && index.max_train_points >= index.ksub, "the norms' scale is out of range");
    check_blocks(index);
}

void check_fast_scan(const faiss::IndexFastScan &index) {
    expect(index.is_trained || index.ntotal == 0, "rows of an index that is not trained");
    if (const auto *product = as<faiss::IndexPQFastScan>(index)) {
        check_product_blocks(*product);
    } else if (const auto *additive = as<faiss::IndexAdditiveQuantizerFastScan>(index)) {
        check_additive_blocks(*additive);
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    const size_t bbs = size_t(index.bbs);
    const size_t padded = (size_t(index.ntotal) + bbs - 1) / bbs * bbs;
    expect(index.ntotal2 == padded, "blocks for more or fewer rows than the index counts");
    expect(index.codes.size() >= padded * index.M2 / 2, "an index holds fewer codes than it counts rows");
}

/// Whether a quantizer and what it is made of are trained. FAISS counts a graph as untrained though its rows have nothing
/// to learn.
bool is_learned(const faiss::Index &index) {
    if (const auto *hnsw = as<faiss::IndexHNSW>(index)) return is_learned(*hnsw->storage);
    if (const auto *outer = as<faiss::IndexPreTransform>(index)) {
        for (const faiss::VectorTransform *transform : outer->chain) {
            if (!transform->is_trained) return false;
        }
        return is_learned(*outer->index);
    }
    return index.is_trained;
}

void check_ivf(const faiss::IndexIVF &ivf, Labels labels) {
    const size_t d = size_t(ivf.d);
    expect(ivf.nlist >= 1 && ivf.nlist <= max_list_count, "the number of lists is out of range");
    expect(ivf.nprobe >= 1, "nprobe is 0");
    expect(ivf.quantizer != nullptr && ivf.quantizer->d == ivf.d, "a quantizer has another shape than its index");
    expect(!ivf.is_trained || ivf.quantizer->ntotal == int64_t(ivf.nlist),
           "a quantizer has the wrong number of centroids");
    check(*ivf.quantizer, Labels::rows);
    expect(ivf.is_trained ? is_learned(*ivf.quantizer) : ivf.ntotal == 0, "rows of an index that is not trained");
    size_t code_size = ivf.code_size;
    const auto *blocks = as<faiss::IndexIVFFastScan>(ivf);
    if (as<faiss::IndexIVFFlat>(ivf)) {
        code_size = d * sizeof(float);
    } else if (const auto *scalar = as<faiss::IndexIVFScalarQuantizer>(ivf)) {
        check(scalar->sq, ivf.d, ivf.is_trained);
        code_size = scalar->sq.code_size;
    } else if (const auto *product = as<faiss::IndexIVFPQ>(ivf)) {
        check(product->pq, ivf.d);
        code_size = product->pq.code_size;
    } else if (const auto *additive = as<faiss::IndexIVFAdditiveQuantizer>(ivf)) {
        expect(additive->aq != nullptr, "an index lacks its quantiser");
        check(*additive->aq, ivf.d);
        code_size = additive->aq->code_size;
    } else if (blocks != nullptr) {
        if (const auto *product = as<faiss::IndexIVFPQFastScan>(ivf)) {
            check_product_blocks(*product);
        } else if (const auto *additive = as<faiss::IndexIVFAdditiveQuantizerFastScan>(ivf)) {
            check_additive_blocks(*additive);
        } else {
            expect(false, "an index of a kind that is not supported");
        }
        expect(blocks->qbs2 == 0, "the search settings are out of range");
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    expect(code_size >= 1 && ivf.code_size == code_size, "the code size does not agree with the quantiser");
    if (const auto *refined = as<faiss::IndexIVFPQR>(ivf)) {
        if (ivf.is_trained) check(refined->refine_pq, ivf.d);
        expect(refined->refine_codes.size() == size_t(ivf.ntotal) * refined->refine_pq.code_size,
               "an index holds more or fewer codes than it counts rows");
        expect(refined->k_factor >= 1 && refined->k_factor <= max_k_factor, "k_factor is out of range");
        labels = Labels::rows;
    }
    check_lists(ivf.invlists, ivf.nlist, ivf.ntotal, labels);
    if (blocks != nullptr) {
        const auto *lists = dynamic_cast<const faiss::BlockInvertedLists *>(ivf.invlists);
        expect(lists != nullptr && lists->n_per_block == size_t(blocks->bbs) &&
                   lists->block_size == size_t(blocks->bbs) * blocks->M2 / 2,
               "the lists' blocks are of another size than the index says");
    } else {
        expect(ivf.invlists->code_size == ivf.code_size, "the code size of the lists does not agree");
    }
}

void check_nsg(const faiss::IndexNSG &index) {
    check_part(index.storage, index);
    const faiss::NSG &graph = index.nsg;
    expect(graph.R >= min_spreading_links && graph.R <= max_links && graph.L >= 1 &&
               graph.L <= max_spreading_candidates && graph.C >= 1 && graph.C <= max_spreading_candidates && index.GK >= 1 &&
               index.GK <= max_spreading_candidates,
           "the graph's building settings are out of range");
    expect(graph.search_L >= 1 && graph.search_L <= max_ef, "the graph's search settings are out of range");
    if (!graph.is_built) {
        expect(index.ntotal == 0 && graph.ntotal == 0, "a graph of rows that is not built");
        return;
    }
    expect(graph.final_graph != nullptr && graph.ntotal == index.ntotal &&
               graph.final_graph->N == graph.ntotal && graph.final_graph->K == graph.R,
           "the graph has more or fewer rows than the index counts");
    expect(graph.ntotal == 0 || (graph.enterpoint >= 0 && graph.enterpoint < graph.ntotal),
           "the entry point is out of range");
    const size_t count = size_t(graph.ntotal) * size_t(graph.R);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const int link = graph.final_graph->data[i];
        good &= link >= -1 && link < graph.ntotal;
    }
    expect(good, "a link of the graph is out of range");
}

void check_pre_transform(const faiss::IndexPreTransform &index, Labels labels) {
    int d = index.d;
    for (const faiss::VectorTransform *transform : index.chain) {
        expect(transform != nullptr && transform->d_in == d, "a transform does not fit the one before it");
        check(*transform);
        expect(transform->is_trained || index.ntotal == 0, "rows behind a transform that is not trained");
        d = transform->d_out;
    }
    expect(index.index != nullptr && index.index->d == d && index.index->ntotal == index.ntotal,
           "an index and its part differ in shape");
    check(*index.index, labels);
}

void check_refine(const faiss::IndexRefine &index) {
    expect(index.k_factor >= 1 && index.k_factor <= max_k_factor, "k_factor is out of range");
    check_part(index.base_index, index);
    check_part(index.refine_index, index);
}

}  // namespace

void check(const faiss::Index &index, Labels labels) {
    expect(index.d >= 1 && index.d <= max_dimension, "the dimension is out of range");
    expect(index.ntotal >= 0 && index.ntotal <= max_count, "the count is out of range");
    expect(index.metric_type == faiss::METRIC_L2 || index.metric_type == faiss::METRIC_INNER_PRODUCT,
           "the metric is not supported");
    if (const auto *codes = as<faiss::IndexFlatCodes>(index)) {
        check_flat_codes(*codes);
    } else if (const auto *blocks = as<faiss::IndexFastScan>(index)) {
        check_fast_scan(*blocks);
    } else if (const auto *ivf = as<faiss::IndexIVF>(index)) {
        check_ivf(*ivf, labels);
    } else if (const auto *hnsw = as<faiss::IndexHNSW>(index)) {
        check_part(hnsw->storage, index);
        check_hnsw(hnsw->hnsw, index.ntotal);
    } else if (const auto *nsg = as<faiss::IndexNSG>(index)) {
        check_nsg(*nsg);
    } else if (const auto *chained = as<faiss::IndexPreTransform>(index)) {
        check_pre_transform(*chained, labels);
    } else if (const auto *refine = as<faiss::IndexRefine>(index)) {
        check_refine(*refine);
    } else if (const auto *mapped = as<faiss::IndexIDMap>(index)) {
        check_part(mapped->index, index);
        expect(mapped->id_map.size() == size_t(index.ntotal), "an index has more or fewer labels than rows");
    } else if (const auto *multi = as<faiss::MultiIndexQuantizer>(index)) {
        check(multi->pq, index.d);
        expect(multi->pq.M == 2 && multi->pq.nbits <= max_pair_bits &&
                   index.ntotal == (index.is_trained ? int64_t(1) << 2 * multi->pq.nbits : 0),
               "a quantizer has the wrong number of centroids");
    } else if (const auto *coarse = as<faiss::ResidualCoarseQuantizer>(index)) {
        check(coarse->rq, index.d);
        expect(coarse->rq.search_type == faiss::AdditiveQuantizer::ST_decompress &&
                   coarse->rq.tot_bits <= max_centroid_bits && index.ntotal == int64_t(1) << coarse->rq.tot_bits,
               "a quantizer has the wrong number of centroids");
        const float beam = coarse->beam_factor;
        expect(beam == -1 || (beam >= 1 && beam <= max_beam_factor), "the beam of a quantizer is out of range");
    } else {
        expect(false, "an index of a kind that is not supported");
    }
}

}  // namespace structure

void check_structure(const faiss::Index &index) {
    structure::check(index, structure::Labels::any);
}

void check_before_table(const faiss::IndexIVF &index) {
    using namespace structure;
    expect(index.quantizer != nullptr && index.quantizer->d == index.d && index.nlist <= max_list_count &&
               index.quantizer->ntotal == int64_t(index.nlist),
           "a quantizer has the wrong number of centroids");
    check(*index.quantizer, Labels::rows);
    if (const auto *product = dynamic_cast<const faiss::IndexIVFPQ *>(&index)) check(product->pq, index.d);
    if (const auto *blocks = dynamic_cast<const faiss::IndexIVFPQFastScan *>(&index)) check(blocks->pq, index.d);
}

}  // namespace cfaiss
