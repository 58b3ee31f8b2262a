#include "qk_sq8.h"

#include <stdatomic.h>

#include "qk_sq8_tables.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

const qk_sq8_kernels *qk_sq8_kernels_of(qk_simd simd) {
    if (!qk_simd_is_available(simd)) return NULL;
    switch (simd) {
    case QK_SIMD_PORTABLE: return &qk_sq8_portable;
#if defined(__x86_64__)
    case QK_SIMD_AVX2: return &qk_sq8_avx2;
    case QK_SIMD_AVX512: return &qk_sq8_avx512;
#elif defined(__aarch64__)
    case QK_SIMD_NEON: return &qk_sq8_neon;
#endif
    default: return NULL;
    }
}

/* Threads that race here find the same table. */
static const qk_sq8_kernels *kernels(void) {
    static const qk_sq8_kernels *_Atomic chosen = NULL;
    const qk_sq8_kernels *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (__builtin_expect(table == NULL, 0)) {
        table = qk_sq8_kernels_of(qk_simd_in_use());
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}

static size_t padded(uint32_t dimension) {
    return ((size_t)dimension + QK_SQ8_WIDEST - 1) / QK_SQ8_WIDEST * QK_SQ8_WIDEST;
}

/* Two arrays, and what it takes to start the first one on a cache line. */
size_t qk_sq8_query_floats(uint32_t dimension) { return 2 * padded(dimension) + 16; }

qk_sq8_query qk_sq8_prepare(const qk_sq8 *decoder, const float *query, float *memory) {
    size_t n = decoder->dimension, room = padded(decoder->dimension);
    float *terms = (float *)(((uintptr_t)memory + 63) & ~(uintptr_t)63);
    float *factors = terms + room;
    const float *base = decoder->base, *step = decoder->step;
    qk_sq8_query prepared = {terms, factors, 0.0f, decoder->dimension, decoder->metric};
    if (decoder->metric == QK_L2) {
        for (size_t i = 0; i < n; i++) terms[i] = query[i] - base[i];
        for (size_t i = 0; i < n; i++) factors[i] = step[i];
        for (size_t i = n; i < room; i++) terms[i] = factors[i] = 0;
    } else {
        /* In double precision: a base may be far from zero, where the rows' differences are small. */
        double bias = 0;
        for (size_t i = 0; i < n; i++) bias += (double)query[i] * (double)base[i];
        for (size_t i = 0; i < n; i++) terms[i] = -query[i] * step[i];
        for (size_t i = n; i < room; i++) terms[i] = 0;
        prepared.bias = (float)-bias;
    }
    return prepared;
}

void qk_sq8_distances_range(const qk_sq8_query *query, const uint8_t *codes, size_t n, float *out) {
    kernels()->range(query, codes, n, out);
}

void qk_sq8_distances(const qk_sq8_query *query, const uint8_t *codes, const uint32_t *row_numbers,
                      size_t n, float *out) {
    kernels()->gathered(query, codes, row_numbers, n, out);
}

void qk_sq8_decode(const qk_sq8 *decoder, const uint8_t *code, float *out) {
    for (size_t i = 0; i < decoder->dimension; i++) {
        out[i] = decoder->base[i] + decoder->step[i] * (float)code[i];
    }
}
