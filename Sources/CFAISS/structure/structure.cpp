#include "structure/structure.hpp"

#include <faiss/Index2Layer.h>
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
#include <faiss/IndexIVFSpectralHash.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexNNDescent.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexRowwiseMinMax.h>
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
void check_part(const faiss::Index *part, const faiss::Index &whole, int depth) {
    expect(part != nullptr, "an index lacks a part");
    expect(part->d == whole.d && part->ntotal == whole.ntotal, "an index and its part differ in shape");
    expect(part->metric_type == whole.metric_type, "an index and its part differ in metric");
    check(*part, Labels::rows, depth);
}

void check_flat_codes(const faiss::IndexFlatCodes &index, int depth) {
    const bool trained = index.is_trained;
    size_t code_size = index.code_size;
    if (as<faiss::IndexFlat>(index)) {
        code_size = size_t(index.d) * sizeof(float);
    } else if (const auto *scalar = as<faiss::IndexScalarQuantizer>(index)) {
        check(scalar->sq, index.d, trained);
        code_size = scalar->sq.code_size;
    } else if (const auto *product = as<faiss::IndexPQ>(index)) {
        check(product->pq, index.d);
        code_size = product->pq.code_size;
    } else if (const auto *lsh = as<faiss::IndexLSH>(index)) {
        expect(lsh->nbits >= 1, "an LSH index of no bits");
        check(lsh->rrot);
        expect(!lsh->rotate_data || (lsh->rrot.d_in == lsh->d && lsh->rrot.d_out == lsh->nbits),
               "the rotation of an LSH index has another shape than its index");
        expect(lsh->rotate_data || lsh->nbits <= lsh->d, "an LSH index has more bits than dimensions");
        expect(!lsh->train_thresholds || !trained || lsh->thresholds.size() == size_t(lsh->nbits),
               "an LSH index has the wrong number of thresholds");
        code_size = size_t(lsh->nbits + 7) / 8;
    } else if (const auto *additive = as<faiss::IndexAdditiveQuantizer>(index)) {
        expect(additive->aq != nullptr, "an index lacks its quantiser");
        check(*additive->aq, index.d, trained);
        code_size = additive->aq->code_size;
    } else if (const auto *layered = as<faiss::Index2Layer>(index)) {
        const faiss::Index *quantizer = layered->q1.quantizer;
        expect(quantizer != nullptr && quantizer->d == index.d, "a quantizer has another shape than its index");
        expect(layered->q1.nlist >= 1 && layered->q1.nlist <= max_list_count, "the number of lists is out of range");
        expect(!trained || quantizer->ntotal == int64_t(layered->q1.nlist), "a quantizer has the wrong number of centroids");
        check(*quantizer, Labels::rows, depth);
        check(layered->pq, index.d);
        expect(layered->code_size_1 <= sizeof(int64_t) && layered->code_size_2 == layered->pq.code_size,
               "the code size does not agree with the quantisers");
        code_size = layered->code_size_1 + layered->code_size_2;
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    expect(code_size >= 1 && index.code_size == code_size, "the code size does not agree with the quantiser");
    expect(index.codes.size() % code_size == 0 && index.codes.size() / code_size == size_t(index.ntotal),
           "an index holds more or fewer codes than it counts rows");
}

void check_fast_scan(const faiss::IndexFastScan &index) {
    if (const auto *product = as<faiss::IndexPQFastScan>(index)) {
        check(product->pq, index.d);
        expect(product->pq.M == index.M && product->pq.code_size == index.code_size,
               "a quantiser has another shape than its index");
    } else if (const auto *additive = as<faiss::IndexAdditiveQuantizerFastScan>(index)) {
        expect(additive->aq != nullptr, "an index lacks its quantiser");
        check(*additive->aq, index.d, index.is_trained);
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    expect(index.nbits == 4 && index.ksub == 16 && index.M >= 1 && index.M2 == (index.M + 1) / 2 * 2,
           "blocks of codes of a size that is not supported");
    expect(index.bbs >= 32 && index.bbs % 32 == 0 && index.bbs <= 4096, "the size of a block is out of range");
    const size_t bbs = size_t(index.bbs);
    const size_t padded = (size_t(index.ntotal) + bbs - 1) / bbs * bbs;
    expect(index.ntotal == 0 || index.ntotal2 == padded, "blocks for more or fewer rows than the index counts");
    expect(index.codes.size() >= padded * index.M2 / 2, "an index holds fewer codes than it counts rows");
    expect(index.qbs >= 0 && index.implem >= 0 && index.implem <= 15, "the search settings are out of range");
}

void check_ivf(const faiss::IndexIVF &ivf, Labels labels, int depth) {
    const size_t d = size_t(ivf.d);
    expect(ivf.nlist >= 1 && ivf.nlist <= max_list_count, "the number of lists is out of range");
    expect(ivf.nprobe >= 1, "nprobe is 0");
    expect(ivf.quantizer != nullptr && ivf.quantizer->d == ivf.d, "a quantizer has another shape than its index");
    expect(!ivf.is_trained || ivf.quantizer->ntotal == int64_t(ivf.nlist),
           "a quantizer has the wrong number of centroids");
    check(*ivf.quantizer, Labels::rows, depth);
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
        check(*additive->aq, ivf.d, ivf.is_trained);
        code_size = additive->aq->code_size;
    } else if (const auto *hash = as<faiss::IndexIVFSpectralHash>(ivf)) {
        expect(hash->vt != nullptr && hash->nbit >= 1 && hash->vt->d_in == ivf.d && hash->vt->d_out == hash->nbit,
               "the transform of a spectral hash has another shape than its index");
        check(*hash->vt);
        expect(hash->threshold_type == faiss::IndexIVFSpectralHash::Thresh_global || !ivf.is_trained ||
                   hash->trained.size() == ivf.nlist * size_t(hash->nbit),
               "a spectral hash has the wrong number of thresholds");
        code_size = size_t(hash->nbit + 7) / 8;
    } else if (blocks != nullptr) {
        if (const auto *product = as<faiss::IndexIVFPQFastScan>(ivf)) {
            check(product->pq, ivf.d);
            expect(product->pq.M == blocks->M, "a quantiser has another shape than its index");
        } else if (const auto *additive = as<faiss::IndexIVFAdditiveQuantizerFastScan>(ivf)) {
            expect(additive->aq != nullptr, "an index lacks its quantiser");
            check(*additive->aq, ivf.d, ivf.is_trained);
        } else {
            expect(false, "an index of a kind that is not supported");
        }
        expect(blocks->nbits == 4 && blocks->ksub == 16 && blocks->M >= 1 && blocks->M2 == (blocks->M + 1) / 2 * 2,
               "blocks of codes of a size that is not supported");
        expect(blocks->bbs >= 32 && blocks->bbs % 32 == 0 && blocks->bbs <= 4096, "the size of a block is out of range");
        expect(blocks->implem >= 0 && blocks->implem <= 15 && blocks->qbs >= 0, "the search settings are out of range");
    } else {
        expect(false, "an index of a kind that is not supported");
    }
    expect(code_size >= 1 && ivf.code_size == code_size, "the code size does not agree with the quantiser");
    if (const auto *refined = as<faiss::IndexIVFPQR>(ivf)) {
        if (ivf.is_trained) check(refined->refine_pq, ivf.d);
        expect(refined->refine_codes.size() == size_t(ivf.ntotal) * refined->refine_pq.code_size,
               "an index holds more or fewer codes than it counts rows");
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
    check_direct_map(ivf.direct_map, *ivf.invlists, ivf.ntotal);
}

void check_nsg(const faiss::IndexNSG &index, int depth) {
    check_part(index.storage, index, depth);
    const faiss::NSG &graph = index.nsg;
    if (!graph.is_built) {
        expect(index.ntotal == 0, "a graph of rows that is not built");
        return;
    }
    expect(graph.final_graph != nullptr && graph.R >= 1 && graph.ntotal == index.ntotal &&
               graph.final_graph->N == graph.ntotal && graph.final_graph->K == graph.R,
           "the graph has more or fewer rows than the index counts");
    expect(graph.search_L >= 1, "the graph's search settings are out of range");
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

void check_nn_descent(const faiss::IndexNNDescent &index, int depth) {
    check_part(index.storage, index, depth);
    const faiss::NNDescent &graph = index.nndescent;
    expect(graph.ntotal == index.ntotal && graph.d == index.d && graph.K >= 1 && graph.search_L >= 0,
           "the graph has more or fewer rows than the index counts");
    expect(graph.final_graph.size() == size_t(graph.ntotal) * size_t(graph.K),
           "the graph has more or fewer links than it counts");
    for (const int link : graph.final_graph) {
        expect(link >= 0 && link < graph.ntotal, "a link of the graph is out of range");
    }
}

void check_pre_transform(const faiss::IndexPreTransform &index, Labels labels, int depth) {
    int d = index.d;
    for (const faiss::VectorTransform *transform : index.chain) {
        expect(transform != nullptr && transform->d_in == d, "a transform does not fit the one before it");
        check(*transform);
        d = transform->d_out;
    }
    expect(index.index != nullptr && index.index->d == d && index.index->ntotal == index.ntotal,
           "an index and its part differ in shape");
    check(*index.index, labels, depth);
}

void check_refine(const faiss::IndexRefine &index, int depth) {
    expect(index.k_factor >= 1 && index.k_factor <= 1e6f, "k_factor is out of range");
    check_part(index.base_index, index, depth);
    check_part(index.refine_index, index, depth);
}

}  // namespace

void check(const faiss::Index &index, Labels labels, int depth) {
    expect(depth < 8, "an index with too many parts inside each other");
    depth++;
    expect(index.d >= 1 && index.d <= max_dimension, "the dimension is out of range");
    expect(index.ntotal >= 0 && index.ntotal <= max_count, "the count is out of range");
    expect(index.metric_type == faiss::METRIC_L2 || index.metric_type == faiss::METRIC_INNER_PRODUCT ||
               as<faiss::IndexFlat>(index) != nullptr,
           "the metric is not supported");
    if (const auto *codes = as<faiss::IndexFlatCodes>(index)) {
        check_flat_codes(*codes, depth);
    } else if (const auto *blocks = as<faiss::IndexFastScan>(index)) {
        check_fast_scan(*blocks);
    } else if (const auto *ivf = as<faiss::IndexIVF>(index)) {
        check_ivf(*ivf, labels, depth);
    } else if (const auto *hnsw = as<faiss::IndexHNSW>(index)) {
        check_part(hnsw->storage, index, depth);
        check_hnsw(hnsw->hnsw, index.ntotal);
    } else if (const auto *nsg = as<faiss::IndexNSG>(index)) {
        check_nsg(*nsg, depth);
    } else if (const auto *descent = as<faiss::IndexNNDescent>(index)) {
        check_nn_descent(*descent, depth);
    } else if (const auto *chained = as<faiss::IndexPreTransform>(index)) {
        check_pre_transform(*chained, labels, depth);
    } else if (const auto *refine = as<faiss::IndexRefine>(index)) {
        check_refine(*refine, depth);
    } else if (const auto *mapped = as<faiss::IndexIDMap>(index)) {
        check_part(mapped->index, index, depth);
        expect(mapped->id_map.size() == size_t(index.ntotal), "an index has more or fewer labels than rows");
    } else if (const auto *scaled = as<faiss::IndexRowwiseMinMaxBase>(index)) {
        expect(scaled->index != nullptr && scaled->index->d == index.d && scaled->index->ntotal == index.ntotal,
               "an index and its part differ in shape");
        check(*scaled->index, labels, depth);
    } else if (const auto *multi = as<faiss::MultiIndexQuantizer>(index)) {
        check(multi->pq, index.d);
        expect(multi->pq.M <= 8 && multi->pq.M * multi->pq.nbits <= 20 && index.is_trained
                   ? index.ntotal == int64_t(1) << (multi->pq.M * multi->pq.nbits)
                   : !index.is_trained,
               "a quantizer has the wrong number of centroids");
    } else if (const auto *coarse = as<faiss::ResidualCoarseQuantizer>(index)) {
        check(coarse->rq, index.d, index.is_trained);
        expect(coarse->rq.tot_bits <= 20 && (!index.is_trained || index.ntotal == int64_t(1) << coarse->rq.tot_bits),
               "a quantizer has the wrong number of centroids");
    } else {
        expect(false, "an index of a kind that is not supported");
    }
}

}  // namespace structure

void check_structure(const faiss::Index &index) {
    structure::check(index, structure::Labels::any, 0);
}

void check_before_table(const faiss::IndexIVF &index) {
    using namespace structure;
    expect(index.quantizer != nullptr && index.quantizer->d == index.d && index.nlist <= max_list_count &&
               index.quantizer->ntotal == int64_t(index.nlist),
           "a quantizer has the wrong number of centroids");
    check(*index.quantizer, Labels::rows, 0);
    if (const auto *product = dynamic_cast<const faiss::IndexIVFPQ *>(&index)) check(product->pq, index.d);
    if (const auto *blocks = dynamic_cast<const faiss::IndexIVFPQFastScan *>(&index)) check(blocks->pq, index.d);
}

}  // namespace cfaiss
