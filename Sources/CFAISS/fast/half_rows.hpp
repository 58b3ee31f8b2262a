#pragma once

#include "CKernels.h"

#include <faiss/Index.h>
#include <faiss/impl/ScalarQuantizer.h>

#include <optional>

namespace cfaiss {

/// Rows that `quantizer` encoded in half precision, `count` from `codes` on, as our kernels know them; nothing where it
/// encodes otherwise.
std::optional<qk_rows> half_rows(
    const faiss::ScalarQuantizer &quantizer, faiss::MetricType metric, const uint8_t *codes, size_t count);

/// The rows of an index that keeps them so.
std::optional<qk_rows> half_rows(const faiss::Index &index);

}  // namespace cfaiss
