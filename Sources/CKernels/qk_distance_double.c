#include <math.h>

#include "qk_float16.h"
#include "qk_kernels.h"

static double element(const qk_rows *rows, uint64_t row, size_t i) {
    const char *address = qk_row_address(rows, row);
    switch (rows->storage) {
    case QK_FLOAT32: return ((const float *)address)[i];
    case QK_FLOAT16: return qk_half_to_float(((const uint16_t *)address)[i]);
    default: return (double)((const int8_t *)address)[i] * rows->scales[row];
    }
}

/* NaN, which only rows or queries that are not finite can cause, counts as infinitely far. */
static float to_float(double distance) {
    return isnan(distance) ? INFINITY : (float)distance;
}

static float finish(const qk_rows *rows, double squares, double dot, double norms) {
    switch (rows->metric) {
    case QK_L2: return to_float(squares);
    case QK_INNER_PRODUCT: return to_float(0.0 - dot);
    default: return norms > 0 ? to_float(0.0 - dot / norms) : 0.0f;
    }
}

float qk_distance_in_double(const qk_rows *rows, const float *query, float query_norm, uint64_t row) {
    double norms = 0;
    if (rows->metric == QK_COSINE) {
        norms = (double)query_norm * rows->norms[row];
        if (norms == 0) return 0;
    }
    double squares = 0, dot = 0;
    for (size_t i = 0; i < rows->dimension; i++) {
        double value = element(rows, row, i), difference = query[i] - value;
        squares += difference * difference;
        dot += query[i] * value;
    }
    return finish(rows, squares, dot, norms);
}

float qk_row_distance_in_double(const qk_rows *rows, uint64_t a, uint64_t b) {
    double norms = rows->metric == QK_COSINE ? (double)rows->norms[a] * rows->norms[b] : 0;
    if (rows->metric == QK_COSINE && norms == 0) return 0;
    double squares = 0, dot = 0;
    for (size_t i = 0; i < rows->dimension; i++) {
        double x = element(rows, a, i), y = element(rows, b, i);
        squares += (x - y) * (x - y);
        dot += x * y;
    }
    return finish(rows, squares, dot, norms);
}
