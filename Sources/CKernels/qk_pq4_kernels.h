#ifndef QK_PQ4_KERNELS_H
#define QK_PQ4_KERNELS_H

#include "qk_pq4.h"

/* One table an instruction set, each from its own file. */
extern const qk_pq4_kernels qk_pq4_portable;
#if defined(__x86_64__)
extern const qk_pq4_kernels qk_pq4_avx2;
extern const qk_pq4_kernels qk_pq4_avx512;
#elif defined(__aarch64__)
extern const qk_pq4_kernels qk_pq4_neon;
#endif

/* From the widest range of one part's table and the sum of all ranges to a step. A sum may be rounded up by
 * half a step a part. */
static inline float qk_pq4_step(float widest, float total, size_t part_count) {
    float room = (float)(part_count < 65000 ? 65535 - part_count : 535);
    float step = widest / 255.0f > total / room ? widest / 255.0f : total / room;
    /* Also where the tables are all alike, infinite or NaN. */
    return step > 0 && step <= 1e30f ? step : 1.0f;
}

/* The rows of one block that are near enough, from a bit for each. */
static inline size_t qk_pq4_keep(uint32_t near, const uint16_t *block_sums, size_t first_row, size_t found,
                                 uint32_t *rows, uint16_t *sums) {
    for (; near != 0; near &= near - 1) {
        unsigned row = (unsigned)__builtin_ctz(near);
        rows[found] = (uint32_t)(first_row + row);
        sums[found] = block_sums[row];
        found++;
    }
    return found;
}

/* A bit for each of a block's rows that are there. */
static inline uint32_t qk_pq4_present(size_t left) {
    return left >= QK_PQ4_BLOCK ? 0xffffffffu : (1u << left) - 1;
}

/* A few blocks ahead of their use their bytes are asked for: left to the processor's own prefetcher, a scan
 * of memory waits. */
#define QK_PQ4_AHEAD 4096

#endif
