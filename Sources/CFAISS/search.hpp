#pragma once

#include "search_settings.hpp"

#include "cfaiss_search.h"

#include <faiss/Index.h>

namespace cfaiss {

/// Throws CFAISS_INVALID for settings that the header rules out.
SearchSettings settings_of(const cfaiss_search_parameters &parameters);

/// Searches any index: with a searcher of ours if one takes it, else with FAISS, whose own way to hand settings from
/// an outer index to an inner one is to change the inner one's fields. Here they travel with the call.
///
/// `queries` is [n x index.d]; `distances` and `labels` are [n x k]. n >= 1, k >= 1.
void search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels);

}  // namespace cfaiss
