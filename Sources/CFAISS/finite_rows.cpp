#include "finite_rows.hpp"

namespace cfaiss {
namespace {

// NaN and infinity are the numbers whose exponent is all ones. On bit patterns the test is branch-free, and
// no fast-math flag can remove it.
template <typename Bits, Bits exponent>
bool all_finite(const Bits *values, uint64_t count) {
    unsigned bad = 0;
    for (uint64_t i = 0; i < count; i++) bad |= (values[i] & exponent) == exponent;
    return bad == 0;
}

bool finite32(const void *values, uint64_t first, uint64_t count) {
    return all_finite<uint32_t, 0x7f800000u>(static_cast<const uint32_t *>(values) + first, count);
}

bool finite16(const void *values, uint64_t first, uint64_t count) {
    return all_finite<uint16_t, 0x7c00u>(static_cast<const uint16_t *>(values) + first, count);
}

}  // namespace

std::optional<uint64_t> first_row_not_finite(const qk_rows &rows) {
    for (uint64_t row = 0; row < rows.count; row++) {
        const uint64_t first = row * rows.dimension;
        const bool values = rows.storage == QK_FLOAT32 ? finite32(rows.values, first, rows.dimension)
            : rows.storage == QK_FLOAT16               ? finite16(rows.values, first, rows.dimension)
            : rows.storage == QK_BINARY                ? true
                                                       : finite32(rows.scales, row, 1);
        const bool norm = rows.norms == nullptr || finite32(rows.norms, row, 1);
        if (!values || !norm) return row;
    }
    return std::nullopt;
}

}  // namespace cfaiss
