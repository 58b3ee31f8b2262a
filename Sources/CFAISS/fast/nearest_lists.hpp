#pragma once

#include "search_settings.hpp"

#include <faiss/IndexIVF.h>

#include <algorithm>
#include <vector>

namespace cfaiss {

/// The lists that a search of `index` visits under `settings`, its own nprobe where they say nothing.
size_t visited_list_count(const faiss::IndexIVF &index, const SearchSettings &settings);

/// The `visited_list_count` lists whose centroids are nearest to each of `n` queries, nearest first: [n x lists] numbers,
/// -1 where the quantizer finds fewer, and the centroids' distances as the quantizer gives them.
void nearest_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    float *distances, faiss::Index::idx_t *lists);

/// Of so many queries the lists are found together, so that the memory for them has a bound.
inline faiss::Index::idx_t queries_a_piece(size_t list_count) {
    constexpr size_t most_lists = 1 << 16;
    return faiss::Index::idx_t(std::max<size_t>(1, most_lists / std::max<size_t>(1, list_count)));
}

/// Calls `body(first, count, lists, distances)` for each piece of `n` queries with what `nearest_lists` finds for them.
template <typename Body>
void each_piece(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    const Body &body) {
    const size_t list_count = visited_list_count(index, settings);
    const auto most = std::min(n, queries_a_piece(list_count));
    std::vector<faiss::Index::idx_t> lists(size_t(most) * list_count);
    std::vector<float> distances(size_t(most) * list_count);
    for (faiss::Index::idx_t first = 0; first < n; first += most) {
        const auto count = std::min(most, n - first);
        nearest_lists(index, count, queries + first * index.d, settings, distances.data(), lists.data());
        body(first, count, lists.data(), distances.data());
    }
}

}  // namespace cfaiss
