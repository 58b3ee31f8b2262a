#include "fast/fast_search.hpp"

#include "CKernels.h"
#include "fast/sq_codes.hpp"
#include "graph_builder.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <limits>
#include <new>

namespace cfaiss {
namespace {

/// The thread's memory for walks. It stays for the thread's next query and goes with the thread; what a large search
/// needed goes at once.
class Scratch {
public:
    ~Scratch() { qk_walk_release(&memory); }

    qk_walk_scratch *reserve(const qk_graph &graph, size_t ef, bool passing) {
        if (!qk_walk_reserve(&memory, &graph, ef, passing)) throw std::bad_alloc();
        return &memory;
    }

    void shrink() {
        constexpr size_t kept = size_t(8) << 20;
        if (qk_walk_scratch_byte_count(&memory) > kept) qk_walk_release(&memory);
    }

private:
    qk_walk_scratch memory{};
};

thread_local Scratch scratch;

/// Distances to rows of float32, one query after the other.
class FlatRows {
public:
    FlatRows(const FlatRows &) = delete;
    FlatRows &operator=(const FlatRows &) = delete;

    FlatRows(const faiss::IndexFlat &storage, faiss::MetricType metric) {
        rows.values = storage.codes.data();
        rows.count = uint64_t(storage.ntotal);
        rows.dimension = uint32_t(storage.d);
        rows.storage = QK_FLOAT32;
        rows.metric = metric == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
    }

    void set_query(const float *numbers) { query.query = numbers; }

    qk_walk_distances source() const { return qk_walk_distances_of_rows(&query); }

private:
    qk_rows rows{};
    qk_rows_query query{&rows, nullptr, 1};
};

/// Distances to rows of bytes, one query after the other.
class ByteRows {
public:
    ByteRows(const faiss::IndexScalarQuantizer &storage, faiss::MetricType metric)
        : codes(storage.sq, metric), rows(storage.codes.data()), byte_count(storage.code_size) {}

    void set_query(const float *numbers) { query = codes.prepare(numbers); }

    qk_walk_distances source() const { return {distances, this, rows, byte_count}; }

private:
    static void distances(const void *context, const uint32_t *numbers, size_t n, float *out) {
        const auto &self = *static_cast<const ByteRows *>(context);
        qk_sq8_distances(&self.query, self.rows, numbers, n, out);
    }

    SQCodes codes;
    const uint8_t *rows;
    size_t byte_count;
    qk_sq8_query query{};
};

bool is_left_out(const void *context, uint32_t row) {
    return !static_cast<const faiss::IDSelector *>(context)->is_member(row);
}

template <typename Rows>
void search(
    const qk_graph &graph, Rows &rows, faiss::MetricType metric, size_t dimension, faiss::Index::idx_t n,
    const float *queries, size_t k, size_t ef, const faiss::IDSelector *selector, float *distances,
    faiss::Index::idx_t *labels) {
    qk_walk_conditions conditions{};
    if (selector != nullptr) {
        conditions.excludes = is_left_out;
        conditions.excludes_context = selector;
    }
    const float sign = metric == faiss::METRIC_L2 ? 1.0f : -1.0f;
    qk_walk_scratch *memory = scratch.reserve(graph, ef, selector != nullptr);
    for (faiss::Index::idx_t query = 0; query < n; query++) {
        rows.set_query(queries + size_t(query) * dimension);
        const qk_walk_distances source = rows.source();
        qk_walk(&graph, &source, 0, ef, &conditions, memory);
        const size_t found = std::min(k, memory->pool_count);
        for (size_t i = 0; i < found; i++) {
            distances[i] = sign * qk_candidate_distance(memory->pool[i]);
            labels[i] = qk_candidate_row(memory->pool[i]);
        }
        std::fill(distances + found, distances + k, sign * std::numeric_limits<float>::infinity());
        std::fill(labels + found, labels + k, -1);
        distances += k;
        labels += k;
    }
    scratch.shrink();
}

}  // namespace

bool search_hnsw(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index);
    const auto metric = index.metric_type;
    if (hnsw == nullptr || hnsw->reconstruct_from_neighbors != nullptr || hnsw->ntotal == 0) return false;
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return false;
    // Searches that are to differ from the paper's are FAISS's.
    if (hnsw->hnsw.upper_beam != 1 || !hnsw->hnsw.check_relative_distance) return false;
    if (!hnsw->hnsw.search_bounded_queue) return false;
    const auto graph = links_of(hnsw->hnsw);
    if (!graph) return false;
    const size_t wanted = size_t(settings.ef_search > 0 ? settings.ef_search : hnsw->hnsw.efSearch);
    const size_t ef = std::min(std::max({wanted, size_t(k), size_t(1)}), size_t(hnsw->ntotal));
    const auto walk = [&](auto &rows) {
        search(*graph, rows, metric, size_t(index.d), n, queries, size_t(k), ef, settings.selector, distances, labels);
        return true;
    };
    if (const auto *flat = dynamic_cast<const faiss::IndexFlat *>(hnsw->storage)) {
        FlatRows rows(*flat, metric);
        return walk(rows);
    }
    if (const auto *quantized = dynamic_cast<const faiss::IndexScalarQuantizer *>(hnsw->storage)) {
        if (!SQCodes::can_read(quantized->sq, metric)) return false;
        ByteRows rows(*quantized, metric);
        return walk(rows);
    }
    return false;
}

}  // namespace cfaiss
