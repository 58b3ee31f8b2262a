#pragma once

#include "search_settings.hpp"

#include <faiss/IndexIVF.h>

namespace cfaiss {

/// The lists that a search of `index` visits under `settings`, its own nprobe where they say nothing.
size_t visited_list_count(const faiss::IndexIVF &index, const SearchSettings &settings);

/// The `visited_list_count` lists whose centroids are nearest to each of `n` queries, nearest first: [n x lists] numbers, -1 where
/// the quantizer finds fewer, and the centroids' distances as the quantizer gives them.
void nearest_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    float *distances, faiss::Index::idx_t *lists);

}  // namespace cfaiss
