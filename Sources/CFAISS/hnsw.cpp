#include "cfaiss_hnsw.h"

#include "finite_rows.hpp"
#include "graph_builder.hpp"
#include "guarded.hpp"
#include "sketch_check.hpp"

#include <faiss/impl/HNSW.h>

#include <algorithm>
#include <memory>

struct cfaiss_hnsw {
    explicit cfaiss_hnsw(int M) : graph(M) {}
    faiss::HNSW graph;
};

namespace {

/// A caller's progress function as `link_rows` calls it.
struct Progress {
    cfaiss_progress function;
    void *context;

    static int tell(void *progress, unsigned long done, unsigned long) {
        const auto *self = static_cast<const Progress *>(progress);
        return self->function(self->context, done);
    }
};

/// Throws unless `rows` has what its counts, storage type and metric need.
void check_view(const qk_rows &rows) {
    cfaiss::require(rows.dimension >= 1 && rows.dimension <= 65536, "the dimension is out of range");
    cfaiss::require(rows.count <= INT32_MAX, "there are more rows than 32 bits number");
    cfaiss::require(rows.storage <= QK_BINARY && rows.metric <= QK_HAMMING, "the storage type or metric is not known");
    cfaiss::require(
        (rows.storage == QK_BINARY) == (rows.metric == QK_HAMMING) && (rows.storage != QK_BINARY || rows.dimension % 8 == 0),
        "bits go with the Hamming distance alone, and whole bytes of them");
    if (rows.count == 0) return;
    cfaiss::require(rows.values != nullptr, "a pointer is missing");
    cfaiss::require(rows.storage != QK_INT8 || rows.scales != nullptr, "a pointer is missing");
    cfaiss::require(rows.metric != QK_COSINE || rows.norms != nullptr, "a pointer is missing");
}

}  // namespace

cfaiss_status cfaiss_hnsw_build(
    const qk_rows *rows, cfaiss_hnsw_settings settings,
    cfaiss_progress progress, void *context,
    uint64_t *bad_row, cfaiss_hnsw **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(rows != nullptr && bad_row != nullptr && out != nullptr, "a pointer is missing");
        check_view(*rows);
        cfaiss::require(settings.M >= 2 && settings.M <= CFAISS_HNSW_M, "M is out of range");
        cfaiss::require(settings.ef_construction >= 1 && settings.ef_construction <= 65536, "efConstruction is out of range");
        if (const auto row = cfaiss::first_row_not_finite(*rows)) {
            *bad_row = *row;
            throw cfaiss::Failure{CFAISS_NOT_FINITE, "a row is not finite"};
        }
        auto result = std::make_unique<cfaiss_hnsw>(settings.M);
        faiss::HNSW &graph = result->graph;
        graph.efConstruction = settings.ef_construction;
        graph.rng = faiss::RandomGenerator(int64_t(settings.seed));
        graph.levels.reserve(rows->count);
        graph.offsets.reserve(rows->count + 1);
        Progress caller{progress, context};
        cfaiss::Work work;
        work.thread_count = std::max(1, settings.thread_count);
        if (progress != nullptr) {
            work.progress = Progress::tell;
            work.context = &caller;
        }
        // Another stream than the one that draws the levels.
        const uint32_t order_seed = settings.seed ^ 0x9e3779b9u;
        cfaiss::link_rows(graph, 0, rows->count, order_seed, cfaiss::distances_between(*rows), work);
        *out = result.release();
    });
}

cfaiss_status cfaiss_are_sketches_faithful(
    const qk_rows *rows, const qk_rows *sketches, const float *origin, int *are_faithful) {
    return cfaiss::guarded([&] {
        *are_faithful = cfaiss::are_sketches_faithful(*rows, *sketches, origin, 0, 1);
    });
}

void cfaiss_hnsw_destroy(cfaiss_hnsw *graph) {
    delete graph;
}

cfaiss_hnsw_arrays cfaiss_hnsw_get_arrays(const cfaiss_hnsw *handle) {
    static_assert(sizeof(faiss::HNSW::storage_idx_t) == sizeof(int32_t) && sizeof(size_t) == sizeof(uint64_t));
    if (handle == nullptr) return cfaiss_hnsw_arrays{.entry_point = -1, .max_level = -1};
    const faiss::HNSW &graph = handle->graph;
    return cfaiss_hnsw_arrays{
        .levels = graph.levels.data(),
        .offsets = reinterpret_cast<const uint64_t *>(graph.offsets.data()),
        .neighbors = graph.neighbors.data(),
        .level_starts = graph.cum_nneighbor_per_level.data(),
        .row_count = graph.levels.size(),
        .neighbor_count = graph.neighbors.size(),
        .level_start_count = graph.cum_nneighbor_per_level.size(),
        .entry_point = graph.entry_point,
        .max_level = graph.max_level,
    };
}
