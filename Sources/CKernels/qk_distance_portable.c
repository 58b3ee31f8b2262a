/* Distances in plain C: sixteen sums side by side, which a compiler turns into whatever vectors it may use. */

#include <stddef.h>
#include <stdint.h>

#include "qk_float16.h"

#define QK_TARGET
#define QK_KERNELS qk_distance_portable
#define WIDTH 16

static inline float total(const float *sums) {
    float quarter[4];
    for (size_t j = 0; j < 4; j++) quarter[j] = (sums[j] + sums[j + 8]) + (sums[j + 4] + sums[j + 12]);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

#define SUM_OF(TERM)                                                                                   \
    float sums[WIDTH] = {0};                                                                           \
    size_t i = 0;                                                                                      \
    for (; i + WIDTH <= n; i += WIDTH) {                                                               \
        for (size_t j = 0; j < WIDTH; j++) {                                                           \
            TERM(i + j);                                                                               \
            sums[j] += term;                                                                           \
        }                                                                                              \
    }                                                                                                  \
    for (size_t j = 0; i + j < n; j++) {                                                               \
        TERM(i + j);                                                                                   \
        sums[j] += term;                                                                               \
    }

#define FLOAT32(p, k) (p)[k]
#define FLOAT16(p, k) qk_half_to_float((p)[k])
#define INT8(p, k) (float)(p)[k]

#define DOT(LEFT, RIGHT, k) float term = LEFT(query, k) * RIGHT(x, k)
#define DIFFERENCE(LEFT, RIGHT, k)                                                                     \
    float difference = LEFT(query, k) - RIGHT(x, k), term = difference * difference

static inline float dot_float32(const float *query, const void *row, float scale, size_t n) {
    (void)scale;
    const float *x = row;
#define TERM(k) DOT(FLOAT32, FLOAT32, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline float l2_float32(const float *query, const void *row, float scale, size_t n) {
    (void)scale;
    const float *x = row;
#define TERM(k) DIFFERENCE(FLOAT32, FLOAT32, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline float dot_float16(const float *query, const void *row, float scale, size_t n) {
    (void)scale;
    const uint16_t *x = row;
#define TERM(k) DOT(FLOAT32, FLOAT16, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline float l2_float16(const float *query, const void *row, float scale, size_t n) {
    (void)scale;
    const uint16_t *x = row;
#define TERM(k) DIFFERENCE(FLOAT32, FLOAT16, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline float dot_int8(const float *query, const void *row, float scale, size_t n) {
    const int8_t *x = row;
#define TERM(k) DOT(FLOAT32, INT8, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums) * scale;
}

static inline float l2_int8(const float *query, const void *row, float scale, size_t n) {
    const int8_t *x = row;
#define TERM(k) float difference = query[k] - scale * INT8(x, k), term = difference * difference
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

/* Plain C gains nothing from a group, so it has one member. */
#define QK_GROUP 1
#define GROUP_KERNEL(NAME)                                                                             \
    static inline void group_##NAME(const float *const *queries, const void *row, float scale,         \
                                    size_t n, float *sums) {                                           \
        sums[0] = NAME(queries[0], row, scale, n);                                                     \
    }

GROUP_KERNEL(dot_float32)
GROUP_KERNEL(l2_float32)
GROUP_KERNEL(dot_float16)
GROUP_KERNEL(l2_float16)
GROUP_KERNEL(dot_int8)
GROUP_KERNEL(l2_int8)

static inline float pair_dot_float16(const void *left, const void *right, size_t n) {
    const uint16_t *query = left, *x = right;
#define TERM(k) DOT(FLOAT16, FLOAT16, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline float pair_l2_float16(const void *left, const void *right, size_t n) {
    const uint16_t *query = left, *x = right;
#define TERM(k) DIFFERENCE(FLOAT16, FLOAT16, k)
    SUM_OF(TERM)
#undef TERM
    return total(sums);
}

static inline void pair_sums_int8(const int8_t *x, const int8_t *y, size_t n, int32_t *sums) {
    int32_t xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        xx += x[i] * x[i];
        yy += y[i] * y[i];
        xy += x[i] * y[i];
    }
    sums[0] = xx;
    sums[1] = yy;
    sums[2] = xy;
}

static inline void decode_float16(const uint16_t *x, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = qk_half_to_float(x[i]);
}

static inline void decode_int8(const int8_t *x, float scale, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = scale * (float)x[i];
}

#include "qk_distance_body.h"
