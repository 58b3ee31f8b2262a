#pragma once

#include "search_settings.hpp"

#include <faiss/Index.h>

namespace cfaiss {

/// FAISS's own search of `index`, without any of our searchers, with what `settings` ask as the parameters that its
/// kind takes. Throws what FAISS throws, also where a kind knows no parameters.
void plain_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels);

/// The search that there is: ours, or else FAISS's.
void search_any(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels);

}  // namespace cfaiss
