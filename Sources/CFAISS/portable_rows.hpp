#pragma once

// Stands in for CKernels' qk_distance.h until it has landed.

#include "CKernels.h"

#include <cmath>

static inline float qk_value(const qk_rows *rows, uint64_t row, uint32_t i) {
    const uint64_t at = row * rows->dimension + i;
    switch (rows->storage) {
    case QK_FLOAT32: return static_cast<const float *>(rows->values)[at];
    case QK_FLOAT16: return float(static_cast<const _Float16 *>(rows->values)[at]);
    default: return float(static_cast<const int8_t *>(rows->values)[at]) * rows->scales[row];
    }
}

static inline float qk_distance(const qk_rows *rows, const float *query, float query_norm, uint64_t row) {
    float sum = 0;
    for (uint32_t i = 0; i < rows->dimension; i++) {
        const float value = qk_value(rows, row, i);
        const float difference = query[i] - value;
        sum += rows->metric == QK_L2 ? difference * difference : -query[i] * value;
    }
    return rows->metric == QK_COSINE ? sum / (query_norm * rows->norms[row]) : sum;
}

static inline void qk_decode_row(const qk_rows *rows, uint64_t row, float *out) {
    for (uint32_t i = 0; i < rows->dimension; i++) out[i] = qk_value(rows, row, i);
}

static inline float qk_row_distance(const qk_rows *rows, uint64_t a, uint64_t b) {
    float sum = 0;
    for (uint32_t i = 0; i < rows->dimension; i++) {
        const float x = qk_value(rows, a, i), y = qk_value(rows, b, i);
        sum += rows->metric == QK_L2 ? (x - y) * (x - y) : -x * y;
    }
    return rows->metric == QK_COSINE ? sum / (rows->norms[a] * rows->norms[b]) : sum;
}
