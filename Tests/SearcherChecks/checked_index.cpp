#include "SearcherChecks.h"

#include "computing.hpp"
#include "cfaiss_rows.h"
#include "cfaiss_search.h"
#include "fast/fast_search.hpp"
#include "index.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <faiss/impl/io.h>

#include <memory>
#include <vector>

struct checked_index {
    std::unique_ptr<faiss::Index> index;
};

namespace {

struct Members final : faiss::IDSelector {
    Members(const uint8_t *flags, size_t count) : flags(flags), count(count) {}
    bool is_member(idx_t label) const override { return label >= 0 && size_t(label) < count && flags[label] != 0; }
    const uint8_t *flags;
    const size_t count;
};

/// The index inside all that wraps it.
faiss::Index *innermost(faiss::Index *index) {
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(index)) return innermost(outer->index);
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(index)) return innermost(map->index);
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(index)) return innermost(refine->base_index);
    return index;
}

faiss::IndexRefine *refinement(faiss::Index *index) {
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(index)) return refinement(outer->index);
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(index)) return refinement(map->index);
    return dynamic_cast<faiss::IndexRefine *>(index);
}

/// Whether rows can be given labels.
bool takes_labels(faiss::Index *index) {
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(index)) return takes_labels(outer->index);
    return dynamic_cast<faiss::IndexIDMap *>(index) != nullptr || dynamic_cast<faiss::IndexIVF *>(index) != nullptr;
}

}  // namespace

checked_index *checked_index_create(
    const char *factory, int dimension, int inner_product, int64_t row_count, const float *rows, int64_t added_count,
    int64_t first_label, int64_t label_step, int by_residual) {
    auto result = std::make_unique<checked_index>();
    const cfaiss_status status = cfaiss::computing([&] {
        result->index.reset(faiss::index_factory(
            dimension, factory, inner_product ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2));
        faiss::Index *index = result->index.get();
        cfaiss::sketch_centroids(*index, 1);
        auto *ivf = dynamic_cast<faiss::IndexIVF *>(innermost(index));
        if (ivf != nullptr) ivf->cp.min_points_per_centroid = 1;
        if (auto *fast = dynamic_cast<faiss::IndexIVFPQFastScan *>(ivf)) fast->pq.cp.min_points_per_centroid = 1;
        auto *flat = dynamic_cast<faiss::IndexPQFastScan *>(innermost(index));
        if (flat != nullptr) flat->pq.cp.min_points_per_centroid = 1;
        auto *sq = dynamic_cast<faiss::IndexIVFScalarQuantizer *>(innermost(index));
        if (sq != nullptr && by_residual >= 0) sq->by_residual = by_residual != 0;
        index->train(row_count, rows);
        if (added_count == 0) return; // FAISS reads past the end
        if (!takes_labels(index)) return index->add(added_count, rows);
        std::vector<faiss::Index::idx_t> labels;
        for (int64_t i = 0; i < added_count; i++) labels.push_back(first_label + i * label_step);
        index->add_with_ids(added_count, rows, labels.data());
    });
    return status == CFAISS_OK ? result.release() : nullptr;
}

checked_index *checked_index_read(const void *bytes, size_t byte_count) {
    auto result = std::make_unique<checked_index>();
    const cfaiss_status status = cfaiss::computing([&] {
        faiss::VectorIOReader reader;
        const auto *start = static_cast<const uint8_t *>(bytes);
        reader.data.assign(start, start + byte_count);
        result->index.reset(faiss::read_index(&reader));
    });
    return status == CFAISS_OK ? result.release() : nullptr;
}

void checked_index_destroy(checked_index *index) {
    delete index;
}

int checked_index_search_fast(
    const checked_index *index, int64_t n, const float *queries, int64_t k, checked_settings asked,
    float *distances, int64_t *labels) {
    bool answered = false;
    const cfaiss_status status = cfaiss::computing([&] {
        const Members members(asked.members, asked.label_count);
        cfaiss::SearchSettings settings;
        settings.nprobe = asked.nprobe;
        settings.max_codes = asked.max_codes;
        settings.k_factor = asked.k_factor;
        if (asked.members != nullptr) settings.selector = &members;
        answered = cfaiss::fast_search(*index->index, n, queries, k, settings, distances, labels);
    });
    return status == CFAISS_OK ? int(answered) : -1;
}

namespace {

/// Calls `body` with the library's handle of the index.
template <typename Body>
cfaiss_status with_handle(checked_index *index, const Body &body) {
    cfaiss_index handle;
    handle.index.swap(index->index);
    const cfaiss_status status = body(&handle);
    handle.index.swap(index->index);
    return status;
}

}  // namespace

int checked_index_range_search(
    checked_index *index, int64_t n, const float *queries, float radius,
    void (*hit)(void *context, int64_t label), void *context) {
    cfaiss_range_hits *hits = nullptr;
    const cfaiss_status status = with_handle(index, [&](cfaiss_index *handle) {
        return cfaiss_index_range_search(handle, n, queries, radius, {}, &hits);
    });
    if (status != CFAISS_OK) return -1;
    std::vector<int64_t> bounds(size_t(n) + 1), labels(size_t(cfaiss_range_hits_count(hits)));
    std::vector<float> distances(labels.size());
    cfaiss_range_hits_copy(hits, bounds.data(), labels.data(), distances.data());
    cfaiss_range_hits_destroy(hits);
    for (int64_t label : labels) hit(context, label);
    return 1;
}

void checked_index_forget_labels(checked_index *index, int64_t count) {
    dynamic_cast<faiss::IndexIDMap &>(*index->index).id_map.resize(size_t(count));
}

int checked_index_add(checked_index *index, const float *row, int64_t label) {
    const cfaiss_status status = with_handle(index, [&](cfaiss_index *handle) {
        return cfaiss_index_add(handle, 1, row, &label, {});
    });
    return status == CFAISS_OK ? 1 : -1;
}

int checked_index_search_plain(
    checked_index *index, int64_t n, const float *queries, int64_t k, checked_settings settings,
    float *distances, int64_t *labels) {
    const cfaiss_status status = cfaiss::computing([&] {
        // Not every kind of FAISS 1.7.3 takes parameters with the call, so they go into its fields.
        if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(innermost(index->index.get()))) {
            if (settings.nprobe != 0) ivf->nprobe = settings.nprobe;
            ivf->max_codes = settings.max_codes;
        }
        if (auto *refine = refinement(index->index.get())) {
            if (settings.k_factor != 0) refine->k_factor = settings.k_factor;
        }
        // FAISS's reservoir, which it takes for more than 20 hits, aborts where many distances are equal. Its heap does
        // not.
        constexpr int heap = 12;
        faiss::Index *inner = innermost(index->index.get());
        if (auto *fast = dynamic_cast<faiss::IndexFastScan *>(inner)) fast->implem = heap;
        if (auto *fast = dynamic_cast<faiss::IndexIVFFastScan *>(inner)) fast->implem = heap;
        index->index->search(n, queries, k, distances, labels);
    });
    return status == CFAISS_OK ? 1 : -1;
}
