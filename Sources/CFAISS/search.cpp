#include "search.hpp"

#include "cfaiss_search.h"
#include "computing.hpp"
#include "fast/fast_search.hpp"
#include "fast/nearest_lists.hpp"
#include "given_lists.hpp"
#include "fast/top_k.hpp"
#include "index.hpp"
#include "list_scan.hpp"
#include "row_distances.hpp"
#include "selector.hpp"
#include "team.hpp"

#include <faiss/IndexAdditiveQuantizerFastScan.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>

#include <algorithm>
#include <numeric>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

bool is_inner_product(const faiss::Index &index) {
    return index.metric_type == faiss::METRIC_INNER_PRODUCT;
}

/// Compares the queries with every selected row.
void search_all_rows(
    const faiss::Index &index, idx_t n, const float *queries, idx_t k, const faiss::IDSelector *selector,
    float *distances, idx_t *labels) {
    const auto rows = row_distances(index);
    const bool negated = is_inner_product(index);
    for (idx_t q = 0; q < n; q++) {
        rows->set_query(queries + size_t(q) * size_t(index.d));
        TopK hits(size_t(k), distances + q * k, labels + q * k);
        for (idx_t row = 0; row < index.ntotal; row++) {
            if (selector != nullptr && !selector->is_member(row)) continue;
            const float distance = (*rows)(row);
            hits.offer(negated ? -distance : distance, row);
        }
        hits.finish(negated);
    }
}

/// FAISS's FastScan of additive codes leaves the query's squared norm out of L2 distances.
void add_query_norms(
    const faiss::Index &index, idx_t n, const float *queries, idx_t k, float *distances, const idx_t *labels) {
    const bool is_additive = dynamic_cast<const faiss::IndexAdditiveQuantizerFastScan *>(&index) != nullptr ||
        dynamic_cast<const faiss::IndexIVFAdditiveQuantizerFastScan *>(&index) != nullptr;
    if (!is_additive || is_inner_product(index)) return;
    for (idx_t q = 0; q < n; q++) {
        const float *query = queries + size_t(q) * size_t(index.d);
        const float norm = std::inner_product(query, query + index.d, query, 0.0f);
        for (idx_t i = q * k; i < (q + 1) * k; i++) {
            if (labels[i] >= 0) distances[i] += norm;
        }
    }
}

/// FAISS searches the lists that we find: its own ways to look for them know no settings, or change the index's.
void search_lists(
    const faiss::IndexIVF &index, idx_t n, const float *queries, idx_t k, const SearchSettings &settings,
    float *distances, idx_t *labels) {
    const faiss::SearchParametersIVF parameters = list_parameters(index, settings);
    const auto *additive = dynamic_cast<const faiss::IndexIVFAdditiveQuantizerFastScan *>(&index);
    const bool able = additive != nullptr ? settings.selector == nullptr && parameters.max_codes == 0
                                          : settings.selector == nullptr || selects_in_lists(index);
    const bool is_fast = dynamic_cast<const faiss::IndexIVFFastScan *>(&index) != nullptr;
    if (!able || (is_fast && additive == nullptr)) {
        const bool negated = is_inner_product(index);
        std::vector<TopK> hits;
        for (idx_t q = 0; q < n; q++) hits.emplace_back(size_t(k), distances + q * k, labels + q * k);
        scan_lists(index, n, queries, settings, [&](idx_t query, float distance, idx_t label) {
            hits[size_t(query)].offer(negated ? -distance : distance, label);
        });
        for (TopK &of_query : hits) of_query.finish(negated);
    } else if (additive != nullptr) {
        const GivenLists given(*additive, settings);
        given.view().search(n, queries, k, distances, labels);
        add_query_norms(index, n, queries, k, distances, labels);
    } else {
        each_piece(index, n, queries, settings, [&](idx_t first, idx_t count, const idx_t *lists, const float *coarse) {
            index.search_preassigned(
                count, queries + first * index.d, k, lists, coarse, distances + first * k, labels + first * k, false,
                &parameters);
        });
    }
}

}  // namespace

void search(
    const faiss::Index &index, idx_t n, const float *queries, idx_t k, const SearchSettings &settings,
    float *distances, idx_t *labels) {
    if (fast_search(index, n, queries, k, settings, distances, labels)) return;
    const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index);
    if (ivf != nullptr) return search_lists(*ivf, n, queries, k, settings, distances, labels);
    if (settings.selector != nullptr || dynamic_cast<const faiss::IndexNSG *>(&index) != nullptr) {
        return search_all_rows(index, n, queries, k, settings.selector, distances, labels);
    }
    index.search(n, queries, k, distances, labels);
    add_query_norms(index, n, queries, k, distances, labels);
}

namespace {

/// Whether one call shares its rows among threads, which reads them once for all queries.
bool shares_rows(const faiss::Index &index) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) return shares_rows(*outer->index);
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) return shares_rows(*map->index);
    return flat_rows(index).has_value();
}

/// Searches with at most `thread_count` threads, which share rows or queries.
void search_together(
    const faiss::Index &index, idx_t n, const float *queries, idx_t k, SearchSettings settings, int thread_count,
    float *distances, idx_t *labels) {
    if (shares_rows(index)) {
        settings.thread_count = thread_count;
        return search(index, n, queries, k, settings, distances, labels);
    }
    const idx_t most = std::min<idx_t>(n, std::max(thread_count, 1));
    if (most == 1) return search(index, n, queries, k, settings, distances, labels);
    Team team{int(most)};
    team.run([&](int thread) {
        const idx_t first = n * thread / team.count();
        const idx_t count = n * (thread + 1) / team.count() - first;
        if (count == 0) return;
        search(index, count, queries + first * index.d, k, settings, distances + first * k, labels + first * k);
    });
}

}  // namespace

SearchSettings settings_of(const cfaiss_search_parameters &parameters) {
    require(parameters.ef_search >= 0 && parameters.quantizer_ef_search >= 0, "ef_search is negative");
    require(parameters.k_factor == 0 || parameters.k_factor >= 1, "k_factor is less than 1");
    SearchSettings settings;
    settings.nprobe = parameters.nprobe;
    settings.max_codes = parameters.max_codes;
    settings.ef_search = parameters.ef_search;
    settings.k_factor = parameters.k_factor;
    if (parameters.selector != nullptr) settings.selector = parameters.selector->labels.get();
    settings.quantizer_ef_search = parameters.quantizer_ef_search;
    return settings;
}

}  // namespace cfaiss

cfaiss_status cfaiss_index_search(
    const cfaiss_index *handle, int64_t n, const float *queries, int64_t k,
    cfaiss_search_parameters parameters, float *distances, int64_t *labels) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr, "a pointer is missing");
        cfaiss::require(n >= 0, "the number of queries is negative");
        cfaiss::require(k >= 1, "k is less than 1");
        if (n == 0) return;
        cfaiss::require(queries != nullptr && distances != nullptr && labels != nullptr, "a pointer is missing");
        cfaiss::require(n <= INT64_MAX / 16 / k, "there is no room for so many hits");
        const faiss::Index &index = *handle->index;
        cfaiss::require(index.is_trained, "the index is not trained");
        const cfaiss::SearchSettings settings = cfaiss::settings_of(parameters);
        // FAISS takes memory by k, and some of its kinds want as many rows.
        const int64_t width = std::min<int64_t>(k, index.ntotal);
        const int threads = parameters.thread_count;
        if (width == k) {
            return cfaiss::search_together(index, n, queries, k, settings, threads, distances, labels);
        }
        std::vector<float> some_distances(size_t(n * width));
        std::vector<int64_t> some_labels(size_t(n * width));
        if (width > 0) {
            cfaiss::search_together(
                index, n, queries, width, settings, threads, some_distances.data(), some_labels.data());
        }
        const bool l2 = index.metric_type == faiss::METRIC_L2;
        const float nothing = (l2 ? 1 : -1) * std::numeric_limits<float>::infinity();
        for (int64_t q = 0; q < n; q++) {
            for (int64_t i = 0; i < k; i++) {
                distances[q * k + i] = i < width ? some_distances[size_t(q * width + i)] : nothing;
                labels[q * k + i] = i < width ? some_labels[size_t(q * width + i)] : -1;
            }
        }
    });
}
