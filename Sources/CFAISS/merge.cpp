#include "cfaiss_rows.h"

#include "computing.hpp"
#include "free_places.hpp"
#include "index.hpp"
#include "list_rows.hpp"
#include "selected.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlatCodes.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <typeinfo>

namespace cfaiss {
namespace {

void same(bool condition) {
    if (!condition) throw Failure{CFAISS_UNSUPPORTED, "they were not trained alike"};
}

const faiss::ProductQuantizer *product(const faiss::Index &index) {
    if (const auto *kind = dynamic_cast<const faiss::IndexPQ *>(&index)) return &kind->pq;
    if (const auto *kind = dynamic_cast<const faiss::IndexPQFastScan *>(&index)) return &kind->pq;
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFPQ *>(&index)) return &kind->pq;
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFPQFastScan *>(&index)) return &kind->pq;
    return nullptr;
}

const faiss::AdditiveQuantizer *additive(const faiss::Index &index) {
    if (const auto *kind = dynamic_cast<const faiss::IndexAdditiveQuantizer *>(&index)) return kind->aq;
    if (const auto *kind = dynamic_cast<const faiss::IndexAdditiveQuantizerFastScan *>(&index)) return kind->aq;
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index)) return kind->aq;
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFAdditiveQuantizerFastScan *>(&index)) return kind->aq;
    return nullptr;
}

const faiss::ScalarQuantizer *scalar(const faiss::Index &index) {
    if (const auto *kind = dynamic_cast<const faiss::IndexScalarQuantizer *>(&index)) return &kind->sq;
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&index)) return &kind->sq;
    return nullptr;
}

/// Throws unless both are of one kind that can be merged, and learned the same: codes mean the same in both.
void check_alike(const faiss::Index &index, const faiss::Index &other) {
    if (typeid(index) != typeid(other) || index.d != other.d || index.metric_type != other.metric_type) {
        throw Failure{CFAISS_UNSUPPORTED, "they are of different kinds"};
    }
    same(index.is_trained && other.is_trained);
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        const auto &other_outer = static_cast<const faiss::IndexPreTransform &>(other);
        same(outer->chain.size() == other_outer.chain.size());
        for (size_t i = 0; i < outer->chain.size(); i++) {
            const faiss::VectorTransform &step = *outer->chain[i], &other_step = *other_outer.chain[i];
            same(typeid(step) == typeid(other_step));
            step.check_identical(other_step);
        }
        return check_alike(*outer->index, *other_outer.index);
    }
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) {
        return check_alike(*map->index, *static_cast<const faiss::IndexIDMap &>(other).index);
    }
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        const auto &other_refine = static_cast<const faiss::IndexRefine &>(other);
        check_alike(*refine->base_index, *other_refine.base_index);
        return check_alike(*refine->refine_index, *other_refine.refine_index);
    }
    const bool mergeable = dynamic_cast<const faiss::IndexIVF *>(&index) != nullptr ||
        dynamic_cast<const faiss::IndexFlatCodes *>(&index) != nullptr ||
        dynamic_cast<const faiss::IndexFastScan *>(&index) != nullptr;
    if (!mergeable) throw Failure{CFAISS_UNSUPPORTED, "rows of a graph cannot be moved"};
    same(factory_text(index) == factory_text(other));
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) {
        const auto &other_ivf = static_cast<const faiss::IndexIVF &>(other);
        std::vector<float> left(size_t(index.d)), right(size_t(index.d));
        for (size_t list = 0; list < ivf->nlist; list++) {
            ivf->quantizer->reconstruct(int64_t(list), left.data());
            other_ivf.quantizer->reconstruct(int64_t(list), right.data());
            same(left == right);
        }
    }
    if (const auto *pq = product(index)) same(pq->centroids == product(other)->centroids);
    if (const auto *sq = scalar(index)) same(sq->trained == scalar(other)->trained);
    if (const auto *aq = additive(index)) same(aq->codebooks == additive(other)->codebooks);
    if (const auto *pqr = dynamic_cast<const faiss::IndexIVFPQR *>(&index)) {
        same(pqr->refine_pq.centroids == static_cast<const faiss::IndexIVFPQR &>(other).refine_pq.centroids);
    }
    if (const auto *lsh = dynamic_cast<const faiss::IndexLSH *>(&index)) {
        const auto &other_lsh = static_cast<const faiss::IndexLSH &>(other);
        same(lsh->thresholds == other_lsh.thresholds && lsh->rrot.A == other_lsh.rrot.A);
    }
}

/// `offset` is added to labels that are stored in lists.
void merge(faiss::Index &index, faiss::Index &other, int64_t offset) {
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        auto &other_outer = static_cast<faiss::IndexPreTransform &>(other);
        merge(*outer->index, *other_outer.index, offset);
        outer->ntotal = outer->index->ntotal;
        other_outer.ntotal = 0;
    } else if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) {
        auto &other_map = static_cast<faiss::IndexIDMap &>(other);
        merge(*map->index, *other_map.index, map->index->ntotal);
        for (int64_t label : other_map.id_map) map->id_map.push_back(label + offset);
        map->ntotal = map->index->ntotal;
        other_map.id_map.clear();
        other_map.ntotal = 0;
        if (auto *reversible = dynamic_cast<faiss::IndexIDMap2 *>(&index)) {
            reversible->construct_rev_map();
            static_cast<faiss::IndexIDMap2 &>(other).rev_map.clear();
        }
    } else if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) {
        auto &other_refine = static_cast<faiss::IndexRefine &>(other);
        merge(*refine->base_index, *other_refine.base_index, refine->ntotal);
        merge(*refine->refine_index, *other_refine.refine_index, refine->ntotal);
        refine->ntotal = refine->base_index->ntotal;
        other_refine.ntotal = 0;
    } else if (dynamic_cast<faiss::IndexIVFFastScan *>(&index) != nullptr) {
        merge_packed(dynamic_cast<faiss::IndexIVF &>(index), dynamic_cast<faiss::IndexIVF &>(other), offset);
    } else if (dynamic_cast<faiss::IndexIVF *>(&index) != nullptr) {
        index.merge_from(other, offset);
    } else {
        index.merge_from(other, 0);
        if (auto *fast = dynamic_cast<faiss::IndexFastScan *>(&index)) clear_free_places(*fast);
    }
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_index_merge(cfaiss_index *handle, cfaiss_index *other, int64_t offset) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && other != nullptr && handle != other, "two indexes are needed");
        const auto info = cfaiss::describe(*handle->index), other_info = cfaiss::describe(*other->index);
        cfaiss::require(offset >= 0 && offset <= INT64_MAX - std::max(other->next_label, other_info.next_label),
                        "the labels would be out of range");
        cfaiss::require(other_info.count <= INT32_MAX - info.count, "there are more rows than 32 bits number");
        try {
            cfaiss::check_alike(*handle->index, *other->index);
        } catch (const faiss::FaissException &) {
            cfaiss::same(false);
        }
        cfaiss::require_labels(*handle->index);
        cfaiss::require_labels(*other->index);
        const bool positions = info.label_kind == CFAISS_LABEL_POSITION;
        const int64_t above = std::max(other->next_label, other_info.next_label) + offset;
        cfaiss::merge(cfaiss::changeable(handle), cfaiss::changeable(other), positions ? info.count : offset);
        handle->next_label =
            positions ? handle->index->ntotal : std::max({handle->next_label, info.next_label, above});
        other->next_label = 0;
    });
}
