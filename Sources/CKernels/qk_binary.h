#ifndef QK_BINARY_H
#define QK_BINARY_H

#include "qk_kernels.h"

/* The distances of QK_BINARY rows, as qk_distance.h describes them. Of one instruction set. */
typedef struct qk_binary_kernels {
    void (*range)(const qk_rows *rows, const float *query, uint64_t first_row, size_t n, float *out);
    void (*gathered)(const qk_rows *rows, const float *query, const uint32_t *row_numbers, size_t n, float *out);
    void (*row_gathered)(const qk_rows *rows, uint64_t row, const uint32_t *row_numbers, size_t n, float *out);
} qk_binary_kernels;

const qk_binary_kernels *qk_binary_kernels_of(qk_simd simd);

void qk_binary_decode(const qk_rows *rows, uint64_t row, float *out);

#endif
