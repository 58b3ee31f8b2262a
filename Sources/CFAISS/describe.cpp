#include "index.hpp"

#include "binary.hpp"
#include "guarded.hpp"
#include "wrapped.hpp"

#include <faiss/IndexBinaryIVF.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

#include <algorithm>
#include <cstring>

namespace cfaiss {
namespace {

int32_t label_kind(const faiss::Index &index) {
    if (dynamic_cast<const faiss::IndexIDMap *>(&index) != nullptr) return CFAISS_LABEL_GIVEN;
    if (const auto *transformed = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return label_kind(*transformed->index);
    }
    // The second codes of a refined PQ are found by label, so that it is a position.
    if (dynamic_cast<const faiss::IndexIVFPQR *>(&index) != nullptr) return CFAISS_LABEL_POSITION;
    if (dynamic_cast<const faiss::IndexIVF *>(&index) != nullptr) return CFAISS_LABEL_STORED;
    return CFAISS_LABEL_POSITION;
}

int64_t above(const int64_t *labels, size_t count) {
    int64_t result = 0;
    for (size_t i = 0; i < count; i++) result = std::max(result, labels[i] < INT64_MAX ? labels[i] + 1 : INT64_MAX);
    return result;
}

int64_t label_above_all(const faiss::InvertedLists &lists) {
    int64_t result = 0;
    for (size_t list = 0; list < lists.nlist; list++) {
        const size_t size = lists.list_size(list);
        if (size == 0) continue;
        faiss::InvertedLists::ScopedIds ids(&lists, list);
        result = std::max(result, above(ids.get(), size));
    }
    return result;
}

}  // namespace

cfaiss_index_info describe(const faiss::Index &index) {
    cfaiss_index_info info{};
    info.count = index.ntotal;
    info.next_label = index.ntotal;
    info.dimension = index.d;
    if (index.metric_type != faiss::METRIC_L2 && index.metric_type != faiss::METRIC_INNER_PRODUCT) {
        throw Failure{CFAISS_MALFORMED, "a metric that is not supported"};
    }
    info.metric = index.metric_type == faiss::METRIC_L2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT;
    info.label_kind = label_kind(index);
    info.is_trained = index.is_trained;
    info.takes_rows_once = part_of<faiss::IndexNSG>(index) != nullptr;
    return info;
}

int64_t label_above_all(const faiss::Index &index) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return label_above_all(*outer->index);
    }
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) {
        return above(map->id_map.data(), map->id_map.size());
    }
    const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index);
    return ivf == nullptr ? index.ntotal : label_above_all(*ivf->invlists);
}

int64_t label_above_all(const faiss::IndexBinary &index) {
    const auto *ivf = dynamic_cast<const faiss::IndexBinaryIVF *>(&index);
    return ivf == nullptr ? index.ntotal : label_above_all(*ivf->invlists);
}

}  // namespace cfaiss

cfaiss_status cfaiss_index_describe(const cfaiss_index *handle, cfaiss_index_info *out) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && out != nullptr, "a pointer is missing");
        cfaiss_index_info info = cfaiss::describe(*handle->index);
        info.next_label = std::max(info.next_label, handle->next_label);
        *out = info;
    });
}

cfaiss_status cfaiss_index_factory(const cfaiss_index *handle, char *out, size_t capacity) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && out != nullptr, "a pointer is missing");
        const std::string text = cfaiss::factory_text(*handle->index);
        cfaiss::require(text.size() < capacity, "the factory string is longer than its room");
        std::memcpy(out, text.c_str(), text.size() + 1);
    });
}
