#include <math.h>

#include "qk_float16.h"
#include "qk_kernels.h"

static double element(const void *numbers, uint8_t storage, double scale, size_t i) {
    switch (storage) {
    case QK_FLOAT32: return ((const float *)numbers)[i];
    case QK_FLOAT16: return qk_half_to_float(((const uint16_t *)numbers)[i]);
    default: return ((const int8_t *)numbers)[i] * scale;
    }
}

/* NaN, which only rows or queries that are not finite can cause, counts as infinitely far. */
static float to_float(double distance) {
    return isnan(distance) ? INFINITY : (float)distance;
}

float qk_distance_in_double(const qk_rows *rows, const qk_operand *x, uint64_t row) {
    const qk_operand y = qk_row_operand(rows, row);
    double squares = 0, dot = 0;
    for (size_t i = 0; i < rows->dimension; i++) {
        double left = element(x->numbers, x->storage, x->scale, i);
        double right = element(y.numbers, y.storage, y.scale, i);
        double difference = left - right;
        squares += difference * difference;
        dot += left * right;
    }
    if (rows->metric == QK_L2) return to_float(squares);
    if (rows->metric == QK_INNER_PRODUCT) return to_float(0.0 - dot);
    double norms = (double)x->norm * y.norm;
    return norms == 0 ? 0 : to_float(0.0 - dot / norms);
}
