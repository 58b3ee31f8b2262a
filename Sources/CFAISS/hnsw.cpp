#include "cfaiss_hnsw.h"

#include "finite_rows.hpp"
#include "guarded.hpp"
#include "mapped_storage.hpp"

#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/HNSW.h>

#include <algorithm>
#include <memory>
#include <vector>

struct cfaiss_hnsw {
    explicit cfaiss_hnsw(int M) : graph(M) {}
    faiss::HNSW graph;
};

namespace {

/// The locks that FAISS takes on each row it links. One thread never waits for them, but FAISS takes them.
struct RowLocks {
    explicit RowLocks(size_t count) : locks(count) {
        for (omp_lock_t &lock : locks) omp_init_lock(&lock);
    }
    ~RowLocks() {
        for (omp_lock_t &lock : locks) omp_destroy_lock(&lock);
    }
    RowLocks(const RowLocks &) = delete;
    RowLocks &operator=(const RowLocks &) = delete;

    std::vector<omp_lock_t> locks;
};

/// The order of insertion: from the highest level to the lowest, so that the upper levels are there when the
/// many come, and shuffled inside a level, so that rows which arrived sorted do not make a lopsided graph.
std::vector<int32_t> insertion_order(const std::vector<int> &levels, uint32_t seed) {
    int highest = 0;
    for (int level : levels) highest = std::max(highest, level);
    std::vector<size_t> starts(size_t(highest) + 2, 0);
    for (int level : levels) starts[size_t(highest - level) + 1]++;
    for (size_t i = 1; i < starts.size(); i++) starts[i] += starts[i - 1];

    std::vector<int32_t> order(levels.size());
    std::vector<size_t> next(starts.begin(), starts.end() - 1);
    for (size_t row = 0; row < levels.size(); row++) {
        order[next[size_t(highest - levels[row])]++] = int32_t(row);
    }
    // Another stream than the one that drew the levels.
    faiss::RandomGenerator random(int64_t(seed ^ 0x9e3779b9u));
    for (size_t level = 0; level + 1 < starts.size(); level++) {
        for (size_t i = starts[level]; i < starts[level + 1]; i++) {
            std::swap(order[i], order[i + size_t(random.rand_int(int(starts[level + 1] - i)))]);
        }
    }
    return order;
}

}  // namespace

// FAISS's IndexHNSW::add does the same over a batch inside an OpenMP region of its own. Called from here its
// steps need no region, keep one table of locks and visits for the whole build, and can stop between any two rows.
cfaiss_status cfaiss_hnsw_build(
    const qk_rows *rows, cfaiss_hnsw_settings settings,
    cfaiss_progress progress, void *context,
    uint64_t *bad_row, cfaiss_hnsw **out) {
    return cfaiss::guarded([&] {
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
        graph.prepare_level_tab(rows->count);
        const std::vector<int32_t> order = insertion_order(graph.levels, settings.seed);

        const cfaiss::MappedStorage storage(*rows);
        const std::unique_ptr<faiss::DistanceComputer> distances(storage.get_distance_computer());
        RowLocks locks(rows->count);
        faiss::VisitedTable visited(int(rows->count));
        std::vector<float> scratch(rows->dimension);
        for (uint64_t done = 0; done < rows->count;) {
            const int32_t row = order[done];
            distances->set_query(storage.row(row, scratch.data()));
            graph.add_with_locks(*distances, graph.levels[size_t(row)] - 1, row, locks.locks, visited);
            done++;
            const bool report = done % CFAISS_HNSW_BATCH == 0 || done == rows->count;
            if (report && progress != nullptr && progress(context, done) != 0) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "cancelled"};
            }
        }
        *out = result.release();
    });
}

void cfaiss_hnsw_destroy(cfaiss_hnsw *graph) {
    delete graph;
}

cfaiss_hnsw_arrays cfaiss_hnsw_get_arrays(const cfaiss_hnsw *handle) {
    static_assert(sizeof(faiss::HNSW::storage_idx_t) == sizeof(int32_t) && sizeof(size_t) == sizeof(uint64_t));
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
