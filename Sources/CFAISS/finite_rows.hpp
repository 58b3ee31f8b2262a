#pragma once

#include "CKernels.h"

#include <optional>

namespace cfaiss {

/// The first row that holds NaN or infinity, in its values, its scale or its norm. One pass over the rows.
std::optional<uint64_t> first_row_not_finite(const qk_rows &rows);

}  // namespace cfaiss
