#include "search.hpp"

#include "cfaiss_search.h"
#include "computing.hpp"
#include "fast/nearest_lists.hpp"
#include "index.hpp"
#include "list_scan.hpp"
#include "range_hits.hpp"
#include "row_distances.hpp"
#include "selected.hpp"
#include "team.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;
using Hits = std::vector<std::vector<Hit>>;

/// Takes over what FAISS found for the queries from `first` on.
void take(const faiss::RangeSearchResult &result, idx_t first, Hits &hits) {
    for (size_t q = 0; q < result.nq; q++) {
        for (size_t i = result.lims[q]; i < result.lims[q + 1]; i++) {
            hits[size_t(first) + q].emplace_back(result.distances[i], result.labels[i]);
        }
    }
}

/// FAISS searches the lists that we find.
void search_lists(
    const faiss::IndexIVF &index, idx_t n, const float *queries, float radius, const SearchSettings &settings,
    Hits &hits) {
    const faiss::SearchParametersIVF parameters = list_parameters(index, settings);
    each_piece(index, n, queries, settings, [&](idx_t first, idx_t count, const idx_t *lists, const float *coarse) {
        faiss::RangeSearchResult result(count);
        index.range_search_preassigned(
            count, queries + first * index.d, radius, lists, coarse, &result, false, &parameters);
        take(result, first, hits);
    });
}

void range_search(
    const faiss::Index &index, idx_t n, const float *queries, float radius, SearchSettings settings, Hits &hits) {
    const faiss::IDSelector *selector = settings.selector;
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        const float *transformed = outer->apply_chain(n, queries);
        const std::unique_ptr<const float[]> owned(transformed == queries ? nullptr : transformed);
        return range_search(*outer->index, n, transformed, radius, settings, hits);
    }
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) {
        const PositionSelector positions(selector, map->id_map);
        if (selector != nullptr || lacks_labels(*map)) settings.selector = &positions;
        range_search(*map->index, n, queries, radius, settings, hits);
        for (auto &of_query : hits) {
            for (Hit &hit : of_query) hit.second = map->id_map[size_t(hit.second)];
        }
        return;
    }
    const bool inner_product = index.metric_type == faiss::METRIC_INNER_PRODUCT;
    const auto inside = [=](float distance) { return inner_product ? distance > radius : distance < radius; };
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) {
        // FAISS's ranges know no max_codes, and no second codes.
        const bool able = dynamic_cast<const faiss::IndexIVFFastScan *>(ivf) == nullptr &&
            dynamic_cast<const faiss::IndexIVFPQR *>(ivf) == nullptr && settings.max_codes == 0 && ivf->max_codes == 0;
        if (able && (selector == nullptr || selects_in_lists(*ivf))) {
            return search_lists(*ivf, n, queries, radius, settings, hits);
        }
        return scan_lists(*ivf, n, queries, settings, [&](idx_t query, float distance, idx_t label) {
            if (inside(distance)) hits[size_t(query)].emplace_back(distance, label);
        });
    }
    if (dynamic_cast<const faiss::IndexFlat *>(&index) != nullptr && selector == nullptr) {
        faiss::RangeSearchResult result(n);
        index.range_search(n, queries, radius, &result);
        return take(result, 0, hits);
    }
    // FAISS has none for the others. A graph leads to the nearest rows, not to all within a radius.
    const auto rows = row_distances(index);
    for (idx_t q = 0; q < n; q++) {
        rows->set_query(queries + size_t(q) * size_t(index.d));
        for (idx_t row = 0; row < index.ntotal; row++) {
            if (selector != nullptr && !selector->is_member(row)) continue;
            const float distance = (*rows)(row);
            if (inside(distance)) hits[size_t(q)].emplace_back(distance, row);
        }
    }
}

/// Threads take queries by pieces of one size, so that a query's hits do not depend on how many threads there are: FAISS
/// computes distances for a few queries in another way than for many.
void range_search_together(
    const faiss::Index &index, idx_t n, const float *queries, float radius, const SearchSettings &settings,
    int thread_count, Hits &hits) {
    constexpr idx_t piece_size = 64;
    const idx_t piece_count = (n + piece_size - 1) / piece_size;
    const Nearer nearer{index.metric_type == faiss::METRIC_INNER_PRODUCT};
    Team team(thread_count, size_t(piece_count));
    std::atomic<idx_t> next = 0;
    team.run([&](int) {
        for (idx_t piece = next++; piece < piece_count; piece = next++) {
            const idx_t first = piece * piece_size;
            const idx_t count = std::min(piece_size, n - first);
            Hits own;
            own.resize(size_t(count));
            range_search(index, count, queries + first * index.d, radius, settings, own);
            for (auto &of_query : own) std::sort(of_query.begin(), of_query.end(), nearer);
            std::move(own.begin(), own.end(), hits.begin() + first);
        }
    });
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_index_range_search(
    const cfaiss_index *handle, int64_t n, const float *queries, float radius,
    cfaiss_search_parameters parameters, cfaiss_range_hits **out) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::require(n >= 0, "the number of queries is negative");
        cfaiss::require(n == 0 || queries != nullptr, "a pointer is missing");
        cfaiss::require(!std::isnan(radius), "the radius is no number");
        const faiss::Index &index = *handle->index;
        cfaiss::require(index.is_trained, "the index is not trained");
        auto result = std::make_unique<cfaiss_range_hits>();
        result->queries.resize(size_t(n));
        if (n > 0 && index.ntotal > 0) {
            cfaiss::range_search_together(
                index, n, queries, radius, cfaiss::settings_of(parameters), parameters.thread_count, result->queries);
        }
        *out = result.release();
    });
}

int64_t cfaiss_range_hits_count(const cfaiss_range_hits *hits) {
    int64_t count = 0;
    if (hits == nullptr) return count;
    for (const auto &of_query : hits->queries) count += int64_t(of_query.size());
    return count;
}

void cfaiss_range_hits_copy(const cfaiss_range_hits *hits, int64_t *bounds, int64_t *labels, float *distances) {
    if (hits == nullptr || bounds == nullptr || labels == nullptr || distances == nullptr) return;
    int64_t next = 0;
    *bounds++ = 0;
    for (const auto &of_query : hits->queries) {
        for (const cfaiss::Hit &hit : of_query) {
            distances[next] = hit.first;
            labels[next++] = hit.second;
        }
        *bounds++ = next;
    }
}

void cfaiss_range_hits_destroy(cfaiss_range_hits *hits) {
    delete hits;
}
