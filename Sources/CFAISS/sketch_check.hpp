#pragma once

#include "CKernels.h"

#include <cstddef>

namespace cfaiss {

/// Whether sketches tell which rows are near as the rows themselves do: of nearly every row among a few hundred of
/// those from `first` on, the ten nearest are among the twenty with the nearest sketches. Rows are compared within
/// pieces spread over them all, at most 16,384 rows together.
///
/// `origin` is what was taken off each row before it was sketched, [dimension].
bool are_sketches_faithful(
    const qk_rows &exact, const qk_rows &sketches, const float *origin, size_t first, int thread_count);

}  // namespace cfaiss
