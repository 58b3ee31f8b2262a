/* Fast scan with NEON: one part of a block at once. */

#if defined(__aarch64__)

#include <arm_neon.h>

#include "qk_pq4_kernels.h"

/* Sums of even bytes in 16 bits, plus 256 times the odd ones; and the odd ones alone. */
typedef struct sums_of_16 {
    uint16x8_t both, odd;
} sums_of_16;

static inline void accumulate(sums_of_16 *sums, uint8x16_t looked_up) {
    uint16x8_t words = vreinterpretq_u16_u8(looked_up);
    sums->both = vaddq_u16(sums->both, words);
    sums->odd = vsraq_n_u16(sums->odd, words, 8);
}

/* Even bytes hold the first eight rows, odd ones the next. */
static inline void settle(sums_of_16 sums, uint16_t *out) {
    vst1q_u16(out, vsubq_u16(sums.both, vshlq_n_u16(sums.odd, 8)));
    vst1q_u16(out + 8, sums.odd);
}

static void tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *out) {
    qk_pq4_portable.tables(metric, query, centroids, part_count, part_width, out);
}

static qk_pq4_scale quantize(const float *in, size_t part_count, uint8_t *out) {
    return qk_pq4_portable.quantize(in, part_count, out);
}

static size_t scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *table,
                   uint16_t bound, uint32_t *rows, uint16_t *sums) {
    size_t size = part_count * 16, found = 0;
    for (size_t first = 0; first < row_count; first += QK_PQ4_BLOCK, blocks += size) {
        sums_of_16 low = {vdupq_n_u16(0), vdupq_n_u16(0)}, high = low;
        for (size_t i = 0; i < size; i += 16) {
            uint8x16_t codes = vld1q_u8(blocks + i), values = vld1q_u8(table + i);
            accumulate(&low, vqtbl1q_u8(values, vandq_u8(codes, vdupq_n_u8(15))));
            accumulate(&high, vqtbl1q_u8(values, vshrq_n_u8(codes, 4)));
        }
        uint16_t block_sums[QK_PQ4_BLOCK];
        settle(low, block_sums);
        settle(high, block_sums + 16);
        uint32_t near = 0;
        for (size_t row = 0; row < QK_PQ4_BLOCK; row++) {
            near |= (uint32_t)(block_sums[row] <= bound) << row;
        }
        near &= qk_pq4_present(row_count - first);
        found = qk_pq4_keep(near, block_sums, first, found, rows, sums);
    }
    return found;
}

const qk_pq4_kernels qk_pq4_neon = {tables, quantize, scan};

#endif
