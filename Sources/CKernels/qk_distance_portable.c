/* Distances in plain C: vectors of four numbers by the compilers' own vector types, which become whatever a
 * processor has. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_kernels.h"

#define QK_TARGET
#define WORD static inline __attribute__((always_inline))

#define LANES 4
#define ROWS 2
#define TILE_QUERIES 2
typedef float floats __attribute__((vector_size(16)));
typedef uint32_t bits __attribute__((vector_size(16)));
typedef uint16_t halves __attribute__((vector_size(8)));
typedef int8_t bytes __attribute__((vector_size(4)));

WORD floats zero(void) { return (floats){0, 0, 0, 0}; }
WORD floats splat(float x) { return (floats){x, x, x, x}; }
WORD floats add(floats a, floats b) { return a + b; }
WORD floats subtract(floats a, floats b) { return a - b; }
WORD floats multiply(floats a, floats b) { return a * b; }
WORD floats multiply_add(floats a, floats b, floats c) { return a * b + c; }
WORD floats multiply_subtract(floats a, floats b, floats c) { return c - a * b; }

WORD floats load_float32(const float *x) {
    floats all;
    memcpy(&all, x, sizeof all);
    return all;
}

/* As qk_half_to_float, four at once. */
WORD floats load_float16(const uint16_t *x) {
    halves four;
    memcpy(&four, x, sizeof four);
    bits half = __builtin_convertvector(four, bits);
    bits magnitude = half & 0x7fff;
    floats value = (floats)(magnitude << 13) * 0x1p112f;
    bits not_finite = (bits)(magnitude >= 0x7c00) & (0x7f800000 | magnitude << 13);
    return (floats)((bits)value | not_finite | (half & 0x8000) << 16);
}

WORD floats load_int8(const int8_t *x) {
    bytes four;
    memcpy(&four, x, sizeof four);
    return __builtin_convertvector(four, floats);
}

#define LOAD_PART(NAME, TYPE)                                                                          \
    WORD floats NAME##_part(const TYPE *x, size_t left) {                                              \
        TYPE all[4] = {0};                                                                             \
        for (size_t i = 0; i < left; i++) all[i] = x[i];                                               \
        return NAME(all);                                                                              \
    }

LOAD_PART(load_float32, float)
LOAD_PART(load_float16, uint16_t)
LOAD_PART(load_int8, int8_t)

WORD void store(float *to, floats x) { memcpy(to, &x, sizeof x); }

WORD void store_part(float *to, size_t left, floats x) {
    for (size_t i = 0; i < left; i++) to[i] = x[i];
}

WORD float total(floats x) { return (x[0] + x[2]) + (x[1] + x[3]); }

WORD void totals(floats a, floats b, floats c, floats d, float *out) {
    out[0] = total(a);
    out[1] = total(b);
    out[2] = total(c);
    out[3] = total(d);
}

WORD void sum_codes(const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums) {
    int32_t xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) xy += x[i] * y[i];
    for (size_t i = 0; with_squares && i < n; i++) yy += y[i] * y[i];
    sums[0] = xy;
    sums[1] = yy;
}

#include "qk_distance_body.h"

QK_TABLE(qk_distance_portable, QK_TARGET, sum_codes)
