#pragma once

#include "search.hpp"

#include <faiss/IndexIVF.h>

#include <functional>

namespace cfaiss {

/// FAISS's parameters for a search of lists that `nearest_lists` has found, the index's own where `settings` say nothing.
faiss::SearchParametersIVF list_parameters(const faiss::IndexIVF &index, const SearchSettings &settings);

/// Whether FAISS can search the lists of `index` with a selector. Some kinds throw where nothing catches.
bool selects_in_lists(const faiss::IndexIVF &index);

/// Goes through the lists nearest to each query and tells the distance of every selected row, to what its code decodes
/// to where the kind has no comparison of single codes.
void scan_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    const std::function<void(faiss::Index::idx_t query, float distance, faiss::Index::idx_t label)> &visit);

}  // namespace cfaiss
