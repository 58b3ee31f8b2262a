#include "binary.hpp"

#include "computing.hpp"
#include "fast/graph_walk.hpp"
#include "fast/top_k.hpp"
#include "graph_builder.hpp"
#include "range_hits.hpp"
#include "selector.hpp"
#include "team.hpp"

#include <faiss/IndexBinaryHNSW.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;
using Visit = std::function<void(idx_t query, float distance, idx_t label)>;

int differing_bits(const uint8_t *left, const uint8_t *right, size_t byte_count) {
    int count = 0;
    for (size_t i = 0; i < byte_count; i++) count += __builtin_popcount(unsigned(left[i] ^ right[i]));
    return count;
}

void search(
    const faiss::IndexBinary &index, idx_t n, const uint8_t *queries, idx_t k,
    const cfaiss_search_parameters &parameters, int32_t *distances, idx_t *labels);

/// Tells the distance of every selected row: of those in the nearest lists, or of all where there are none.
void scan(
    const faiss::IndexBinary &index, idx_t n, const uint8_t *queries, size_t nprobe, const faiss::IDSelector *selector,
    const Visit &visit) {
    const auto size = size_t(index.code_size);
    const auto rows = [&](idx_t q, const uint8_t *codes, size_t count, const idx_t *labels) {
        for (size_t i = 0; i < count; i++) {
            const idx_t label = labels == nullptr ? idx_t(i) : labels[i];
            if (selector != nullptr && !selector->is_member(label)) continue;
            visit(q, float(differing_bits(queries + size_t(q) * size, codes + i * size, size)), label);
        }
    };
    if (const uint8_t *codes = stored_rows(index)) {
        for (idx_t q = 0; q < n; q++) rows(q, codes, size_t(index.ntotal), nullptr);
    } else if (const auto *hash = dynamic_cast<const faiss::IndexBinaryHash *>(&index)) {
        for (idx_t q = 0; q < n; q++) {
            for (const auto &[key, list] : hash->invlists) rows(q, list.vecs.data(), list.ids.size(), list.ids.data());
        }
    } else if (const auto *ivf = dynamic_cast<const faiss::IndexBinaryIVF *>(&index)) {
        const size_t probes = std::min(nprobe != 0 ? nprobe : ivf->nprobe, ivf->nlist);
        std::vector<int32_t> coarse(probes);
        std::vector<idx_t> lists(probes);
        for (idx_t q = 0; q < n; q++) {
            search(*ivf->quantizer, 1, queries + size_t(q) * size, idx_t(probes), {}, coarse.data(), lists.data());
            for (idx_t list : lists) {
                if (list < 0) continue;
                const size_t count = ivf->invlists->list_size(size_t(list));
                if (count == 0) continue;
                faiss::InvertedLists::ScopedIds ids(ivf->invlists, size_t(list));
                faiss::InvertedLists::ScopedCodes codes(ivf->invlists, size_t(list));
                rows(q, codes.get(), count, ids.get());
            }
        }
    }
}

/// Distances as counts of bits.
void give(const std::vector<float> &found, int32_t *distances, const idx_t *labels) {
    for (size_t i = 0; i < found.size(); i++) distances[i] = labels[i] < 0 ? INT32_MAX : int32_t(found[i]);
}

/// The labels that may be hits; all if null.
const faiss::IDSelector *labels_of(const cfaiss_search_parameters &parameters) {
    return parameters.selector == nullptr ? nullptr : parameters.selector->labels.get();
}

/// FAISS's own search knows no ef_search, and of what it has met keeps a byte a row for every call.
void walk(
    const faiss::IndexBinaryHNSW &index, const qk_graph &graph, idx_t n, const uint8_t *queries, idx_t k, int ef_search,
    int32_t *distances, idx_t *labels) {
    const idx_t candidates = std::max<idx_t>(k, ef_search != 0 ? ef_search : index.hnsw.efSearch);
    const auto ef = size_t(std::min(candidates, index.ntotal));
    ComputedRows rows(index.get_distance_computer(), stored_rows(index), size_t(index.code_size));
    std::vector<float> found;
    found.resize(size_t(k));
    for (idx_t q = 0; q < n; q++) {
        // FAISS's computer of differing bits takes them for floats.
        const auto *query = reinterpret_cast<const float *>(queries + size_t(q) * size_t(index.code_size));
        GraphWalk{graph, faiss::METRIC_L2, 0, 1, query, size_t(k), ef, nullptr, found.data(), labels + q * k}.run(rows);
        give(found, distances + q * k, labels + q * k);
    }
}

void order(int32_t *distances, idx_t *labels, idx_t k) {
    std::vector<std::pair<int32_t, idx_t>> hits;
    for (idx_t i = 0; i < k; i++) {
        if (labels[i] >= 0) hits.emplace_back(distances[i], labels[i]);
    }
    std::sort(hits.begin(), hits.end());
    for (size_t i = 0; i < size_t(k); i++) {
        distances[i] = i < hits.size() ? hits[i].first : INT32_MAX;
        labels[i] = i < hits.size() ? hits[i].second : -1;
    }
}

void search(
    const faiss::IndexBinary &index, idx_t n, const uint8_t *queries, idx_t k,
    const cfaiss_search_parameters &parameters, int32_t *distances, idx_t *labels) {
    const auto *hnsw = dynamic_cast<const faiss::IndexBinaryHNSW *>(&index);
    const auto *ivf = dynamic_cast<const faiss::IndexBinaryIVF *>(&index);
    const auto graph = hnsw == nullptr ? std::nullopt : links_of(hnsw->hnsw);
    if (parameters.selector != nullptr || (hnsw != nullptr && !graph)) {
        std::vector<float> found(size_t(n) * size_t(k));
        std::vector<TopK> hits;
        for (idx_t q = 0; q < n; q++) hits.emplace_back(size_t(k), found.data() + q * k, labels + q * k);
        scan(index, n, queries, parameters.nprobe, labels_of(parameters),
             [&](idx_t query, float distance, idx_t label) { hits[size_t(query)].offer(distance, label); });
        for (TopK &of_query : hits) of_query.finish(false);
        give(found, distances, labels);
        return;
    }
    if (hnsw != nullptr) {
        walk(*hnsw, *graph, n, queries, k, parameters.ef_search, distances, labels);
    } else if (ivf != nullptr) {
        const size_t probes = std::min(parameters.nprobe != 0 ? parameters.nprobe : ivf->nprobe, ivf->nlist);
        std::vector<int32_t> coarse(size_t(n) * probes);
        std::vector<idx_t> lists(size_t(n) * probes);
        search(*ivf->quantizer, n, queries, idx_t(probes), {}, coarse.data(), lists.data());
        faiss::SearchParametersIVF settings;
        settings.nprobe = probes;
        settings.max_codes = ivf->max_codes;
        ivf->search_preassigned(n, queries, k, lists.data(), coarse.data(), distances, labels, false, &settings);
    } else {
        index.search(n, queries, k, distances, labels);
    }
    for (idx_t q = 0; q < n; q++) order(distances + q * k, labels + q * k, k);
}

/// As `search`, with at most `parameters.thread_count` threads, which share the queries.
void search_together(
    const faiss::IndexBinary &index, idx_t n, const uint8_t *queries, idx_t k,
    const cfaiss_search_parameters &parameters, int32_t *distances, idx_t *labels) {
    Team team(parameters.thread_count, size_t(n));
    if (team.count() == 1) return search(index, n, queries, k, parameters, distances, labels);
    team.run([&](int thread) {
        const idx_t first = n * thread / team.count();
        const idx_t count = n * (thread + 1) / team.count() - first;
        if (count == 0) return;
        search(
            index, count, queries + first * index.code_size, k, parameters, distances + first * k, labels + first * k);
    });
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_binary_search(
    const cfaiss_binary *handle, int64_t n, const uint8_t *queries, int64_t k,
    cfaiss_search_parameters parameters, int32_t *distances, int64_t *labels) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && n >= 0 && k >= 1, "there is nothing to find");
        if (n == 0) return;
        cfaiss::require(queries != nullptr && distances != nullptr && labels != nullptr, "a pointer is missing");
        cfaiss::require(n <= INT64_MAX / 16 / k, "there is no room for so many hits");
        cfaiss::require(parameters.ef_search >= 0, "ef_search is negative");
        const faiss::IndexBinary &index = *handle->index;
        cfaiss::require(index.is_trained, "the index is not trained");
        const int64_t width = std::min<int64_t>(k, index.ntotal);
        if (width == k) return cfaiss::search_together(index, n, queries, k, parameters, distances, labels);
        std::vector<int32_t> some_distances(size_t(n * width));
        std::vector<int64_t> some_labels(size_t(n * width));
        if (width > 0) {
            cfaiss::search_together(
                index, n, queries, width, parameters, some_distances.data(), some_labels.data());
        }
        for (int64_t q = 0; q < n; q++) {
            for (int64_t i = 0; i < k; i++) {
                distances[q * k + i] = i < width ? some_distances[size_t(q * width + i)] : INT32_MAX;
                labels[q * k + i] = i < width ? some_labels[size_t(q * width + i)] : -1;
            }
        }
    });
}

cfaiss_status cfaiss_binary_range_search(
    const cfaiss_binary *handle, int64_t n, const uint8_t *queries, int radius,
    cfaiss_search_parameters parameters, cfaiss_range_hits **out) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && out != nullptr && n >= 0, "the number of queries is negative");
        cfaiss::require(n == 0 || queries != nullptr, "a pointer is missing");
        cfaiss::require(handle->index->is_trained, "the index is not trained");
        auto result = std::make_unique<cfaiss_range_hits>();
        result->queries.resize(size_t(n));
        if (handle->index->ntotal > 0) {
            cfaiss::scan(*handle->index, n, queries, parameters.nprobe, cfaiss::labels_of(parameters),
                         [&](int64_t query, float distance, int64_t label) {
                if (distance < float(radius)) result->queries[size_t(query)].emplace_back(distance, label);
            });
        }
        for (auto &hits : result->queries) std::sort(hits.begin(), hits.end(), cfaiss::Nearer{false});
        *out = result.release();
    });
}
