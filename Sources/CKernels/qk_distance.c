#include "qk_distance.h"

#include "qk_binary.h"
#include "qk_cpu.h"
#include "qk_kernels.h"

#include <stdatomic.h>

const qk_distance_kernels *qk_distance_kernels_of(qk_simd simd) {
    if (!qk_simd_is_available(simd)) return NULL;
    switch (simd) {
    case QK_SIMD_PORTABLE: return &qk_distance_portable;
#if defined(__x86_64__)
    case QK_SIMD_AVX2: return &qk_distance_avx2;
    case QK_SIMD_AVX512:
        return qk_processor_has_vnni() ? &qk_distance_avx512_vnni : &qk_distance_avx512;
#elif defined(__aarch64__)
    case QK_SIMD_NEON: return &qk_distance_neon;
#endif
    default: return NULL;
    }
}

/* Threads that race here find the same table. */
static const qk_distance_kernels *kernels(void) {
    static const qk_distance_kernels *_Atomic chosen = NULL;
    const qk_distance_kernels *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (__builtin_expect(table == NULL, 0)) {
        table = qk_distance_kernels_of(qk_simd_in_use());
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}

static const qk_binary_kernels *binary_kernels(void) { return qk_binary_kernels_of(qk_simd_in_use()); }

float qk_distance(const qk_rows *rows, const float *query, float query_norm, uint64_t row) {
    float distance;
    if (rows->storage == QK_BINARY) {
        binary_kernels()->range(rows, query, row, 1, &distance);
        return distance;
    }
    kernels()->range(rows, query, query_norm, row, 1, &distance);
    return distance;
}

void qk_distances(const qk_rows *rows, const float *query, float query_norm,
                  const uint32_t *row_numbers, size_t n, float *out) {
    if (rows->storage == QK_BINARY) return binary_kernels()->gathered(rows, query, row_numbers, n, out);
    kernels()->gathered(rows, query, query_norm, row_numbers, n, out);
}

void qk_distances_range(const qk_rows *rows, const float *query, float query_norm,
                        uint64_t first_row, size_t n, float *out) {
    if (rows->storage == QK_BINARY) return binary_kernels()->range(rows, query, first_row, n, out);
    kernels()->range(rows, query, query_norm, first_row, n, out);
}

void qk_distances_batch(const qk_rows *rows, const float *queries, const float *query_norms,
                        size_t query_count, uint64_t first_row, size_t n, float *out) {
    if (rows->storage == QK_BINARY) {
        for (size_t i = 0; i < query_count; i++) {
            binary_kernels()->range(rows, queries + i * rows->dimension, first_row, n, out + i * n);
        }
        return;
    }
    kernels()->batch(rows, queries, query_norms, query_count, first_row, n, out);
}

float qk_row_distance(const qk_rows *rows, uint64_t a, uint64_t b) {
    if (rows->storage == QK_BINARY) {
        const uint32_t other = (uint32_t)b;
        float distance;
        binary_kernels()->row_gathered(rows, a, &other, 1, &distance);
        return distance;
    }
    return kernels()->pair(rows, a, b);
}

void qk_row_distances(const qk_rows *rows, uint64_t row, const uint32_t *row_numbers, size_t n,
                      float *out) {
    if (rows->storage == QK_BINARY) return binary_kernels()->row_gathered(rows, row, row_numbers, n, out);
    kernels()->row_gathered(rows, row, row_numbers, n, out);
}

void qk_decode_row(const qk_rows *rows, uint64_t row, float *out) {
    if (rows->storage == QK_BINARY) return qk_binary_decode(rows, row, out);
    kernels()->decode(rows, row, out);
}

size_t qk_row_byte_count(uint8_t storage, uint32_t dimension) {
    if (storage == QK_BINARY) return dimension / 8;
    return qk_element_byte_count(storage) * (size_t)dimension;
}
