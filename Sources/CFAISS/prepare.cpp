#include "index.hpp"

#include "fast/shared_quantizer.hpp"
#include "guarded.hpp"
#include "wrapped.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

namespace cfaiss {
namespace {

/// The search of FastScan that keeps hits in a heap. The reservoir that FAISS takes for more than 20 hits ends the process
/// when most of its rows have the same distance.
constexpr int heap_implem = 12;

/// FAISS warns on stderr about fewer than 39 rows a centroid. Our caller has checked that there is one.
void prepare(faiss::ClusteringParameters &clustering) {
    clustering.min_points_per_centroid = 1;
    clustering.verbose = false;
}

void prepare(faiss::ProductQuantizer &pq) {
    prepare(pq.cp);
    pq.verbose = false;
}

void prepare(faiss::AdditiveQuantizer &aq) {
    aq.verbose = false;
    // FAISS's reader brings the norms' centroids without what finds the nearest of them.
    if (!aq.qnorm.codes.empty() && aq.qnorm.perm.empty()) {
        aq.qnorm.ntotal = int64_t(aq.qnorm.codes.size() / sizeof(float));
        aq.qnorm.update_permutation();
    }
    if (auto *rq = dynamic_cast<faiss::ResidualQuantizer *>(&aq)) prepare(rq->cp);
    if (auto *parts = dynamic_cast<faiss::ProductAdditiveQuantizer *>(&aq)) {
        for (faiss::AdditiveQuantizer *part : parts->quantizers) prepare(*part);
    }
}

/// A graph counts as untrained in FAISS until something was trained, though its storage may have nothing to learn; and so
/// does what was put around it.
void complete_training(faiss::Index &index) {
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) {
        complete_training(*map->index);
        index.is_trained = map->index->is_trained;
    } else if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        complete_training(*outer->index);
        index.is_trained = outer->index->is_trained;
        for (const faiss::VectorTransform *step : outer->chain) index.is_trained &= step->is_trained;
    } else if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) {
        complete_training(*refine->base_index);
        complete_training(*refine->refine_index);
        index.is_trained = refine->base_index->is_trained && refine->refine_index->is_trained;
    } else if (auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(&index)) {
        index.is_trained = hnsw->storage->is_trained;
    } else if (auto *nsg = dynamic_cast<faiss::IndexNSG *>(&index)) {
        index.is_trained = nsg->storage->is_trained;
    }
}

/// Everything but `complete_training`, of one part after the other.
void prepare_parts(faiss::Index &index);

}  // namespace

void check_centroids(faiss::Index &index) {
    const auto *ivf = part_of<faiss::IndexIVF>(index);
    const auto *outer = ivf == nullptr ? nullptr : dynamic_cast<const faiss::IndexPreTransform *>(ivf->quantizer);
    if (outer == nullptr || !outer->is_trained) return;
    for (const faiss::VectorTransform *step : outer->chain) {
        const auto *linear = dynamic_cast<const faiss::LinearTransform *>(step);
        const bool whitens = dynamic_cast<const faiss::ITQTransform *>(step) != nullptr;
        if (!whitens && (linear == nullptr || linear->is_orthonormal)) continue;
        throw Failure{CFAISS_DEGENERATE, "the lists' centroids span fewer dimensions than the transform over them gives"};
    }
}

void prepare(faiss::Index &index) {
    prepare_parts(index);
    complete_training(index);
}

namespace {

void prepare_parts(faiss::Index &index) {
    index.verbose = false;
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return prepare_parts(*map->index);
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        for (faiss::VectorTransform *step : outer->chain) {
            // FAISS's reader leaves this as it may be.
            auto *linear = dynamic_cast<faiss::LinearTransform *>(step);
            if (linear == nullptr || !linear->is_trained || linear->A.empty()) continue;
            // What adds dimensions is a rotation of zeros beside the row.
            if (linear->d_out > linear->d_in) {
                linear->is_orthonormal = true;
            } else {
                linear->set_is_orthonormal();
            }
        }
        return prepare_parts(*outer->index);
    }
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) {
        prepare_parts(*refine->base_index);
        return prepare_parts(*refine->refine_index);
    }
    if (auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(&index)) return prepare_parts(*hnsw->storage);
    if (auto *nsg = dynamic_cast<faiss::IndexNSG *>(&index)) return prepare_parts(*nsg->storage);
    if (auto *pairs = dynamic_cast<faiss::MultiIndexQuantizer *>(&index)) return prepare(pairs->pq);
    if (auto *coarse = dynamic_cast<faiss::AdditiveCoarseQuantizer *>(&index)) {
        // Its beam leads to the nearest lists by Euclidean distance, and gives such distances, under either metric.
        auto *beam = dynamic_cast<faiss::ResidualCoarseQuantizer *>(coarse);
        if (beam != nullptr && beam->metric_type == faiss::METRIC_INNER_PRODUCT) beam->beam_factor = -1;
        return prepare(*coarse->aq);
    }
    if (auto *pq = dynamic_cast<faiss::IndexPQ *>(&index)) {
        // It renumbers centroids for a search that this module does not offer, and takes seconds a part.
        pq->do_polysemous_training = false;
        return prepare(pq->pq);
    }
    if (auto *fast = dynamic_cast<faiss::IndexPQFastScan *>(&index)) return prepare(fast->pq);
    if (auto *aq = dynamic_cast<faiss::IndexAdditiveQuantizer *>(&index)) return prepare(*aq->aq);
    if (auto *fast = dynamic_cast<faiss::IndexAdditiveQuantizerFastScan *>(&index)) {
        fast->implem = heap_implem;
        return prepare(*fast->aq);
    }
    auto *ivf = dynamic_cast<faiss::IndexIVF *>(&index);
    if (ivf == nullptr) return;
    prepare(ivf->cp);
    prepare_parts(*ivf->quantizer);
    if (auto *pq = dynamic_cast<faiss::IndexIVFPQ *>(ivf)) {
        pq->do_polysemous_training = false;
        prepare(pq->pq);
    }
    if (auto *refined = dynamic_cast<faiss::IndexIVFPQR *>(ivf)) prepare(refined->refine_pq);
    if (auto *aq = dynamic_cast<faiss::IndexIVFAdditiveQuantizer *>(ivf)) prepare(*aq->aq);
    if (auto *fast = dynamic_cast<faiss::IndexIVFPQFastScan *>(ivf)) prepare(fast->pq);
    if (auto *fast = dynamic_cast<faiss::IndexIVFAdditiveQuantizerFastScan *>(ivf)) {
        fast->implem = heap_implem;
        prepare(*fast->aq);
    }
}

}  // namespace

}  // namespace cfaiss
