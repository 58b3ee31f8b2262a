#pragma once

#include "CKernels.h"
#include "team.hpp"

#include <faiss/Index.h>

namespace cfaiss {

/// The row nearest to each of `n` queries, of equals the first: what k-means and inverted lists ask of their centroids.
/// One matrix product of which only each query's best is kept (qk_scan.h). Distances are squared Euclidean ones, taken
/// apart into norms and dot products, or dot products, and differ by rounding from those of `nearest_rows`; a query's
/// answer is the same to the bit whatever the team and whatever other queries there are.
///
/// `rows` are float32 under QK_L2 or QK_INNER_PRODUCT, at least one. `distances` may be null.
void nearest_row(
    Team &team, const qk_rows &rows, faiss::Index::idx_t n, const float *queries, float *distances,
    faiss::Index::idx_t *labels);

}  // namespace cfaiss
