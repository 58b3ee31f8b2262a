/* The loops over rows, the same for every instruction set. A file that includes this has defined
 *
 *   QK_TARGET   its target attribute, or nothing
 *   QK_KERNELS  the name of its table
 *   dot_float32, dot_float16, dot_int8       (query, row, scale, n) -> the dot product
 *   l2_float32, l2_float16, l2_int8          (query, row, scale, n) -> the squared distance
 *   QK_GROUP    how many queries group_... take at once; group_dot_float32 and so on for each of the six
 *               kernels: (queries, row, scale, n, sums), bit-identical to QK_GROUP single calls
 *   pair_dot_float16, pair_l2_float16        (row, row, n)
 *   pair_sums_int8                           (row, row, n, sums): the integer sums aa, bb, ab
 *   decode_float16, decode_int8
 *
 * Each kernel has one fixed order of summing, and every loop below calls the same kernel: that is what
 * makes a row's distance the same from each entry point. */

#include <float.h>
#include <math.h>
#include <string.h>

#include "qk_kernels.h"

#pragma STDC FP_CONTRACT OFF

#define QK_INLINE QK_TARGET static inline __attribute__((always_inline))

typedef float (*raw_kernel)(const float *query, const void *row, float scale, size_t n);

/* From a dot product or a sum of squares to a distance. */
QK_INLINE bool settle(uint8_t metric, float raw, float norms, float *distance) {
    if (!(raw >= -FLT_MAX && raw <= FLT_MAX)) return false;
    if (metric == QK_L2) {
        *distance = raw;
    } else if (metric == QK_INNER_PRODUCT) {
        *distance = 0.0f - raw; /* never -0 */
    } else {
        /* Outside, terms of the dot product may have underflowed or the norms' product overflowed. */
        if (!(norms >= 0x1p-80f && norms <= 0x1p+80f)) return false;
        *distance = 0.0f - raw / norms;
    }
    return true;
}

QK_INLINE float finish(const qk_rows *rows, const float *query, float query_norm, uint64_t row,
                       float sum) {
    float norms = rows->metric == QK_COSINE ? query_norm * rows->norms[row] : 1.0f;
    float distance;
    if (__builtin_expect(settle(rows->metric, sum, norms, &distance), 1)) return distance;
    return qk_distance_in_double(rows, query, query_norm, row);
}

QK_INLINE float one(raw_kernel raw, const qk_rows *rows, const float *query, float query_norm,
                    uint64_t row) {
    float scale = rows->storage == QK_INT8 ? rows->scales[row] : 1.0f;
    float sum = raw(query, qk_row_address(rows, row), scale, rows->dimension);
    return finish(rows, query, query_norm, row, sum);
}

/* How many rows ahead of its use a row is asked for. */
#define QK_AHEAD 4

QK_INLINE void loop_gathered(raw_kernel raw, const qk_rows *rows, const float *query, float query_norm,
                             const uint32_t *row_numbers, size_t n, float *out) {
    for (size_t i = 0; i < n && i < QK_AHEAD; i++) qk_prefetch(rows, row_numbers[i]);
    for (size_t i = 0; i < n; i++) {
        if (i + QK_AHEAD < n) qk_prefetch(rows, row_numbers[i + QK_AHEAD]);
        out[i] = one(raw, rows, query, query_norm, row_numbers[i]);
    }
}

QK_INLINE void loop_range(raw_kernel raw, const qk_rows *rows, const float *query, float query_norm,
                          uint64_t first_row, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = one(raw, rows, query, query_norm, first_row + i);
}

typedef void (*group_kernel)(const float *const *queries, const void *row, float scale, size_t n,
                             float *sums);

/* The queries after the last whole group go one by one. */
QK_INLINE void loop_batch(raw_kernel raw, group_kernel group, const qk_rows *rows, const float *queries,
                          const float *query_norms, size_t query_count, uint64_t first_row, size_t n,
                          float *out) {
    size_t query = 0;
    for (; query + QK_GROUP <= query_count; query += QK_GROUP) {
        const float *members[QK_GROUP];
        for (size_t g = 0; g < QK_GROUP; g++) members[g] = queries + (query + g) * rows->dimension;
        for (size_t i = 0; i < n; i++) {
            uint64_t row = first_row + i;
            float scale = rows->storage == QK_INT8 ? rows->scales[row] : 1.0f;
            float sums[QK_GROUP];
            group(members, qk_row_address(rows, row), scale, rows->dimension, sums);
            for (size_t g = 0; g < QK_GROUP; g++) {
                out[(query + g) * n + i] =
                    finish(rows, members[g], query_norms[query + g], row, sums[g]);
            }
        }
    }
    for (; query < query_count; query++) {
        loop_range(raw, rows, queries + query * rows->dimension, query_norms[query], first_row, n,
                   out + query * n);
    }
}

#define QK_FOR_EACH_KIND(LOOP)                                                                         \
    if (rows->metric == QK_L2) {                                                                       \
        switch (rows->storage) {                                                                       \
        case QK_FLOAT32: LOOP(l2_float32); break;                                                      \
        case QK_FLOAT16: LOOP(l2_float16); break;                                                      \
        default: LOOP(l2_int8); break;                                                                 \
        }                                                                                              \
    } else {                                                                                           \
        switch (rows->storage) {                                                                       \
        case QK_FLOAT32: LOOP(dot_float32); break;                                                     \
        case QK_FLOAT16: LOOP(dot_float16); break;                                                     \
        default: LOOP(dot_int8); break;                                                                \
        }                                                                                              \
    }

QK_TARGET static void gathered(const qk_rows *rows, const float *query, float query_norm,
                               const uint32_t *row_numbers, size_t n, float *out) {
#define QK_GATHERED(KERNEL) loop_gathered(KERNEL, rows, query, query_norm, row_numbers, n, out)
    QK_FOR_EACH_KIND(QK_GATHERED)
}

QK_TARGET static void range(const qk_rows *rows, const float *query, float query_norm,
                            uint64_t first_row, size_t n, float *out) {
#define QK_RANGE(KERNEL) loop_range(KERNEL, rows, query, query_norm, first_row, n, out)
    QK_FOR_EACH_KIND(QK_RANGE)
}

QK_TARGET static void batch(const qk_rows *rows, const float *queries, const float *query_norms,
                            size_t query_count, uint64_t first_row, size_t n, float *out) {
#define QK_BATCH(KERNEL)                                                                               \
    loop_batch(KERNEL, group_##KERNEL, rows, queries, query_norms, query_count, first_row, n, out)
    QK_FOR_EACH_KIND(QK_BATCH)
}

/* Integer sums in blocks whose 32-bit lanes cannot overflow. The squared distance is put together in
 * double precision, where the subtraction loses nothing that float32 would keep. */
QK_INLINE float pair_int8(const qk_rows *rows, uint64_t a, uint64_t b) {
    const int8_t *x = (const int8_t *)qk_row_address(rows, a);
    const int8_t *y = (const int8_t *)qk_row_address(rows, b);
    int64_t aa = 0, bb = 0, ab = 0;
    for (size_t start = 0; start < rows->dimension; start += 65536) {
        size_t left = rows->dimension - start;
        int32_t sums[3];
        pair_sums_int8(x + start, y + start, left < 65536 ? left : 65536, sums);
        aa += sums[0];
        bb += sums[1];
        ab += sums[2];
    }
    double scale_a = rows->scales[a], scale_b = rows->scales[b];
    if (rows->metric != QK_L2) return (float)(scale_a * scale_b * (double)ab);
    double squares = scale_a * scale_a * (double)aa + scale_b * scale_b * (double)bb -
                     2 * scale_a * scale_b * (double)ab;
    return squares > 0 ? (float)squares : 0.0f;
}

QK_TARGET static float pair(const qk_rows *rows, uint64_t a, uint64_t b) {
    const void *x = qk_row_address(rows, a), *y = qk_row_address(rows, b);
    size_t n = rows->dimension;
    bool l2 = rows->metric == QK_L2;
    float sum;
    switch (rows->storage) {
    case QK_FLOAT32: sum = l2 ? l2_float32(x, y, 1.0f, n) : dot_float32(x, y, 1.0f, n); break;
    case QK_FLOAT16: sum = l2 ? pair_l2_float16(x, y, n) : pair_dot_float16(x, y, n); break;
    default: sum = pair_int8(rows, a, b); break;
    }
    float norms = rows->metric == QK_COSINE ? rows->norms[a] * rows->norms[b] : 1.0f;
    float distance;
    if (__builtin_expect(settle(rows->metric, sum, norms, &distance), 1)) return distance;
    return qk_row_distance_in_double(rows, a, b);
}

QK_TARGET static void decode(const qk_rows *rows, uint64_t row, float *out) {
    const void *x = qk_row_address(rows, row);
    switch (rows->storage) {
    case QK_FLOAT32: memcpy(out, x, rows->dimension * sizeof(float)); break;
    case QK_FLOAT16: decode_float16(x, rows->dimension, out); break;
    default: decode_int8(x, rows->scales[row], rows->dimension, out); break;
    }
}

const qk_distance_kernels QK_KERNELS = {gathered, range, batch, pair, decode};
