#include "fast/fast_search.hpp"

#include "CKernels.h"
#include "fast/graph_walk.hpp"
#include "fast/half_rows.hpp"
#include "fast/nearest_rows.hpp"
#include "fast/sq_codes.hpp"
#include "graph_builder.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace cfaiss {
namespace {

/// Distances to rows of float32 or float16, one query after the other.
class FlatRows {
public:
    explicit FlatRows(const qk_rows &rows) : rows(rows) {}
    FlatRows(const FlatRows &) = delete;
    FlatRows &operator=(const FlatRows &) = delete;

    void set_query(const float *numbers) { query.query = numbers; }

    qk_walk_distances source() const { return qk_walk_distances_of_rows(&query); }

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

/// Distances to rows of any other kind. The computer measures how far a row is, so that dot products come negated.
ComputedRows computed_rows(const faiss::Index &storage) {
    const auto *rows = dynamic_cast<const faiss::IndexFlatCodes *>(&storage);
    return ComputedRows(
        faiss::nsg::storage_distance_computer(&storage), rows == nullptr ? nullptr : rows->codes.data(),
        rows == nullptr ? 0 : rows->code_size);
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

/// Where a walk starts: from the entry alone, or from rows all over the graph as well. Those that a selector leaves out
/// would not count, so that all selected rows are compared then.
enum class Starts { one, many };

/// Walks over the rows of `storage`, or compares all that are selected where that is cheaper; false if this is left to
/// FAISS.
bool search_graph(
    const qk_graph &graph, Starts starts, const faiss::Index &storage, int ef_search, faiss::Index::idx_t n,
    const float *queries, faiss::Index::idx_t k, const SearchSettings &settings, float *distances,
    faiss::Index::idx_t *labels) {
    const auto metric = storage.metric_type;
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return false;
    const size_t row_count = size_t(storage.ntotal);
    const size_t wanted = size_t(settings.ef_search > 0 ? settings.ef_search : ef_search);
    const size_t ef = std::min(std::max({wanted, size_t(k), size_t(1)}), row_count);
    const bool scans = starts == Starts::many ? settings.selector != nullptr
                                              : is_scan_cheaper(settings.selector, row_count, ef);
    GraphWalk walk{
        graph, metric, size_t(storage.d), n, queries, size_t(k), ef, settings.selector, distances, labels};
    // FAISS, too, starts with as many rows as it keeps where no levels lead to the region of a query.
    if (starts == Starts::many) walk.start_count = uint32_t(ef);
    const auto *sketched = dynamic_cast<const SketchedFlat *>(&storage);
    if (sketched != nullptr && sketched->is_sketched() && !scans) {
        // Two candidates more, since sketches may mistake the last ones.
        walk.ef = std::min(ef + 2, row_count);
        SketchedRows rows(*sketched);
        walk.run(rows);
        return true;
    }
    if (const auto flat = flat_rows(storage)) {
        if (scans) return flat_search(storage, n, queries, k, settings, distances, labels);
        FlatRows rows(*flat);
        walk.run(rows);
        return true;
    }
    if (const auto halves = half_rows(storage)) {
        if (scans) return sq_search(storage, n, queries, k, settings, distances, labels);
        FlatRows rows(*halves);
        walk.run(rows);
        return true;
    }
    const auto *quantized = dynamic_cast<const faiss::IndexScalarQuantizer *>(&storage);
    if (quantized != nullptr && SQCodes::can_read(quantized->sq, metric)) {
        if (scans) return sq_search(*quantized, n, queries, k, settings, distances, labels);
        ByteRows rows(*quantized, metric);
        walk.run(rows);
        return true;
    }
    if (scans) return false;
    ComputedRows rows = computed_rows(storage);
    walk.run(rows);
    return true;
}

/// An NSG's links as a walk knows them; nothing where there are too many a row.
std::optional<qk_graph> links_of(const faiss::NSG &nsg) {
    static_assert(sizeof *nsg.final_graph->data == sizeof(uint32_t));
    if (nsg.R < 1 || nsg.R > QK_WALK_MOST_LINKS) return std::nullopt;
    qk_graph graph{};
    graph.links = reinterpret_cast<const uint32_t *>(nsg.final_graph->data);
    graph.row_count = uint64_t(nsg.ntotal);
    graph.width = graph.upper_width = uint32_t(nsg.R);
    graph.entry = uint32_t(nsg.enterpoint);
    return graph;
}

}  // namespace

bool hnsw_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index);
    if (hnsw == nullptr || hnsw->reconstruct_from_neighbors != nullptr || hnsw->hnsw.entry_point < 0) return false;
    const auto graph = links_of(hnsw->hnsw);
    if (!graph) return false;
    return search_graph(
        *graph, Starts::one, *hnsw->storage, hnsw->hnsw.efSearch, n, queries, k, settings, distances, labels);
}

bool nsg_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    const auto *nsg = dynamic_cast<const faiss::IndexNSG *>(&index);
    if (nsg == nullptr || !nsg->nsg.is_built || nsg->ntotal == 0) return false;
    const auto graph = links_of(nsg->nsg);
    if (!graph) return false;
    return search_graph(
        *graph, Starts::many, *nsg->storage, nsg->nsg.search_L, n, queries, k, settings, distances, labels);
}

}  // namespace cfaiss
