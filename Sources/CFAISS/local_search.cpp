#include "local_search.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

namespace cfaiss {
namespace {

bool searches(const faiss::AdditiveQuantizer &quantizer) {
    return quantizer.search_type == faiss::AdditiveQuantizer::ST_norm_lsq2x4 ||
        dynamic_cast<const faiss::LocalSearchQuantizer *>(&quantizer) != nullptr ||
        dynamic_cast<const faiss::ProductLocalSearchQuantizer *>(&quantizer) != nullptr;
}

bool searches(const faiss::Index &index) {
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) return searches(*map->index);
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) return searches(*outer->index);
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        return searches(*refine->base_index) || searches(*refine->refine_index);
    }
    if (const auto *kind = dynamic_cast<const faiss::IndexAdditiveQuantizer *>(&index)) return searches(*kind->aq);
    if (const auto *kind = dynamic_cast<const faiss::IndexAdditiveQuantizerFastScan *>(&index)) return searches(*kind->aq);
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index)) return searches(*kind->aq);
    if (const auto *kind = dynamic_cast<const faiss::IndexIVFAdditiveQuantizerFastScan *>(&index)) {
        return searches(*kind->aq);
    }
    return false;
}

std::recursive_mutex one_at_a_time;

}  // namespace

std::unique_lock<std::recursive_mutex> lock_local_search(const faiss::Index &index) {
    return searches(index) ? std::unique_lock(one_at_a_time) : std::unique_lock<std::recursive_mutex>();
}

}  // namespace cfaiss
