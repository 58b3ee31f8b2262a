#include "qk_pq4.h"

#include <stdatomic.h>

#include "qk_pq4_kernels.h"

const qk_pq4_kernels *qk_pq4_kernels_of(qk_simd simd) {
    if (!qk_simd_is_available(simd)) return NULL;
    switch (simd) {
    case QK_SIMD_PORTABLE: return &qk_pq4_portable;
#if defined(__x86_64__)
    case QK_SIMD_AVX2: return &qk_pq4_avx2;
    case QK_SIMD_AVX512: return &qk_pq4_avx512;
#elif defined(__aarch64__)
    case QK_SIMD_NEON: return &qk_pq4_neon;
#endif
    default: return NULL;
    }
}

/* Threads that race here find the same table. */
static const qk_pq4_kernels *kernels(void) {
    static const qk_pq4_kernels *_Atomic chosen = NULL;
    const qk_pq4_kernels *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (__builtin_expect(table == NULL, 0)) {
        table = qk_pq4_kernels_of(qk_simd_in_use());
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}

void qk_pq4_tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *tables) {
    kernels()->tables(metric, query, centroids, part_count, part_width, tables);
}

qk_pq4_scale qk_pq4_quantize(const float *tables, size_t part_count, uint8_t *out) {
    return kernels()->quantize(tables, part_count, out);
}

size_t qk_pq4_scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *tables,
                   uint16_t bound, uint32_t *rows, uint16_t *sums) {
    return kernels()->scan(blocks, row_count, part_count, tables, bound, rows, sums);
}
