#pragma once

#include "search_settings.hpp"

#include <faiss/Index.h>

namespace cfaiss {

/// The search that there is: ours, or else FAISS's.
void search_any(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels);

}  // namespace cfaiss
