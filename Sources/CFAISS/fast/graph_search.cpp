#include "fast/fast_search.hpp"

#include "CKernels.h"
#include "fast/nearest_rows.hpp"
#include "fast/sq_codes.hpp"
#include "graph_builder.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/NSG.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

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
    explicit FlatRows(const qk_rows &rows) : rows(rows) {}
    FlatRows(const FlatRows &) = delete;
    FlatRows &operator=(const FlatRows &) = delete;

    void set_query(const float *numbers) { query.query = numbers; }

    qk_walk_distances source() const { return qk_walk_distances_of_rows(&query); }

    /// What a walk has found is as it should be.
    void refine(qk_walk_scratch *, size_t) const {}

private:
    const qk_rows rows;
    qk_rows_query query{&rows, nullptr, 1};
};

/// Distances to sketches of rows of float32, and in the end those to the rows.
class SketchedRows {
public:
    explicit SketchedRows(const SketchedFlat &storage)
        : storage(storage), exact(storage.exact()), sketches(storage.sketches()), bytes(sketches) {
        moved.resize(exact.dimension);
    }

    void set_query(const float *numbers) {
        query = numbers;
        bytes.set_query(storage.sketch_query(numbers, moved.data()));
    }

    qk_walk_distances source() const { return bytes.source(); }

    /// Compares the rows found with the query itself, as many as may be among the `k` nearest.
    void refine(qk_walk_scratch *scratch, size_t k) const {
        compare_again(exact, query, 1, 2 * k + 16, scratch);
    }

private:
    /// The thread's, so that a search allocates nothing.
    static thread_local std::vector<float> moved;

    const SketchedFlat &storage;
    const qk_rows exact, sketches;
    FlatRows bytes;
    const float *query = nullptr;
};

thread_local std::vector<float> SketchedRows::moved;

/// Distances to rows of bytes, one query after the other.
class ByteRows {
public:
    ByteRows(const faiss::IndexScalarQuantizer &storage, faiss::MetricType metric)
        : codes(storage.sq, metric), rows(storage.codes.data()), byte_count(storage.code_size) {}

    void set_query(const float *numbers) { query = codes.prepare(numbers); }

    qk_walk_distances source() const { return {distances, this, rows, byte_count}; }
    void refine(qk_walk_scratch *, size_t) const {}

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

/// Distances to rows of any other kind, as FAISS computes them: one at a time.
class ComputedRows {
public:
    /// The computer measures how far a row is, so that dot products come negated.
    explicit ComputedRows(const faiss::Index &storage)
        : computer(faiss::nsg::storage_distance_computer(&storage)), codes(code_array(storage)) {}

    void set_query(const float *numbers) { computer->set_query(numbers); }

    qk_walk_distances source() const { return {distances, computer.get(), codes.first, codes.second}; }
    void refine(qk_walk_scratch *, size_t) const {}

private:
    static std::pair<const uint8_t *, size_t> code_array(const faiss::Index &storage) {
        const auto *rows = dynamic_cast<const faiss::IndexFlatCodes *>(&storage);
        if (rows == nullptr) return {nullptr, 0};
        return {rows->codes.data(), rows->code_size};
    }

    static void distances(const void *context, const uint32_t *numbers, size_t n, float *out) {
        // FAISS declares it changing, for kinds that decode into a buffer of their own.
        auto &computer = *static_cast<faiss::DistanceComputer *>(const_cast<void *>(context));
        for (size_t i = 0; i < n; i++) {
            const float distance = computer(numbers[i]);
            out[i] = std::isnan(distance) ? std::numeric_limits<float>::infinity() : distance;
        }
    }

    std::unique_ptr<faiss::DistanceComputer> computer;
    std::pair<const uint8_t *, size_t> codes;
};

bool is_left_out(const void *context, uint32_t row) {
    return !static_cast<const faiss::IDSelector *>(context)->is_member(row);
}

/// About how many rows are selected: the same number each time.
double selected_count(const faiss::IDSelector &selector, size_t row_count) {
    const size_t asked = std::min<size_t>(row_count, 256);
    size_t selected = 0;
    for (size_t i = 0; i < asked; i++) {
        // The middle of each of `asked` equal parts, moved a little, so that nothing regular in the labels is met.
        const size_t begin = i * row_count / asked, size = (i + 1) * row_count / asked - begin;
        selected += selector.is_member(int64_t(begin + i * 2654435761u % size));
    }
    return double(selected) / double(asked) * double(row_count);
}

/// Whether comparing all selected rows is faster than a walk, which meets a number of rows that grows with ef, and
/// n / selected times as many where only some are hits (the factor is `GraphIndex.isScanCheaper`'s).
bool is_scan_cheaper(const faiss::IDSelector *selector, size_t row_count, size_t ef) {
    if (selector == nullptr) return false;
    const double selected = selected_count(*selector, row_count);
    return selected * selected <= 20 * double(ef) * double(row_count);
}

/// One search: queries in, hits out.
struct Search {
    const qk_graph &graph;
    faiss::MetricType metric;
    size_t dimension;
    faiss::Index::idx_t n;
    const float *queries;
    size_t k, ef;
    const faiss::IDSelector *selector;
    float *distances;
    faiss::Index::idx_t *labels;

    template <typename Rows>
    void run(Rows &rows) const {
        qk_walk_conditions conditions{};
        if (selector != nullptr) {
            conditions.excludes = is_left_out;
            conditions.excludes_context = selector;
        }
        const bool is_l2 = metric == faiss::METRIC_L2;
        constexpr float infinity = std::numeric_limits<float>::infinity();
        qk_walk_scratch *memory = scratch.reserve(graph, ef, selector != nullptr);
        for (faiss::Index::idx_t query = 0; query < n; query++) {
            float *out = distances + size_t(query) * k;
            faiss::Index::idx_t *out_labels = labels + size_t(query) * k;
            rows.set_query(queries + size_t(query) * dimension);
            const qk_walk_distances source = rows.source();
            qk_walk(&graph, &source, 0, ef, &conditions, memory);
            rows.refine(memory, k);
            const size_t found = std::min(k, memory->pool_count);
            for (size_t i = 0; i < found; i++) {
                out[i] = is_l2 ? qk_candidate_distance(memory->pool[i]) : 0 - qk_candidate_distance(memory->pool[i]);
                out_labels[i] = qk_candidate_row(memory->pool[i]);
            }
            std::fill(out + found, out + k, is_l2 ? infinity : -infinity);
            std::fill(out_labels + found, out_labels + k, -1);
        }
        scratch.shrink();
    }
};

}  // namespace

bool hnsw_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index);
    const auto metric = index.metric_type;
    if (hnsw == nullptr || hnsw->reconstruct_from_neighbors != nullptr || hnsw->ntotal == 0) return false;
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return false;
    const auto graph = links_of(hnsw->hnsw);
    if (!graph) return false;
    const size_t wanted = size_t(settings.ef_search > 0 ? settings.ef_search : hnsw->hnsw.efSearch);
    const size_t ef = std::min(std::max({wanted, size_t(k), size_t(1)}), size_t(hnsw->ntotal));
    const bool scans = is_scan_cheaper(settings.selector, size_t(hnsw->ntotal), ef);
    Search search{
        *graph, metric, size_t(index.d), n, queries, size_t(k), ef, settings.selector, distances, labels};
    const auto *sketched = dynamic_cast<const SketchedFlat *>(hnsw->storage);
    if (sketched != nullptr && sketched->is_sketched()) {
        if (scans) {
            nearest_rows(
                sketched->exact(), n, queries, k, settings.selector, settings.thread_count, distances, labels);
        } else {
            // Two candidates more, since sketches may mistake the last ones.
            search.ef = std::min(ef + 2, size_t(hnsw->ntotal));
            SketchedRows rows(*sketched);
            search.run(rows);
        }
        return true;
    }
    if (const auto flat = flat_rows(*hnsw->storage)) {
        if (scans) return flat_search(*hnsw->storage, n, queries, k, settings, distances, labels);
        FlatRows rows(*flat);
        search.run(rows);
        return true;
    }
    const auto *quantized = dynamic_cast<const faiss::IndexScalarQuantizer *>(hnsw->storage);
    if (quantized != nullptr && SQCodes::can_read(quantized->sq, metric)) {
        if (scans) return sq_search(*quantized, n, queries, k, settings, distances, labels);
        ByteRows rows(*quantized, metric);
        search.run(rows);
        return true;
    }
    if (scans) return false;
    ComputedRows rows(*hnsw->storage);
    search.run(rows);
    return true;
}

}  // namespace cfaiss
