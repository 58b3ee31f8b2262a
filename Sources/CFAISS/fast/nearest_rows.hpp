#pragma once

#include "CKernels.h"

#include <faiss/Index.h>
#include <faiss/impl/IDSelector.h>

namespace cfaiss {

/// The `k` rows nearest to each of `n` queries, by comparing all: the answer is the one that comparing each pair with
/// `qk_distance` gives, to the bit, however many queries and threads there are. `rows` are float32 under
/// QK_L2 or QK_INNER_PRODUCT; a row's label is its number. What `selector` (null: none) does not take is left out.
/// `distances` and `labels` are as `Searcher` has them.
///
/// A few queries read the rows once at the speed of memory. More go through a matrix product (qk_scan.h), whose
/// values are compared with a bound from which the product's rounding errors are taken off: what may be among the k
/// nearest, a few dozen rows a query, is computed again by `qk_distance`.
///
/// Runs on at most `thread_count` threads, which share the rows.
void nearest_rows(
    const qk_rows &rows, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const faiss::IDSelector *selector, int thread_count, float *distances, faiss::Index::idx_t *labels);

}  // namespace cfaiss
