/* Distances with AVX2, FMA and F16C: four sums of eight numbers. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QK_TARGET __attribute__((target("avx2,fma,f16c")))
#define QK_KERNELS qk_distance_avx2
#define KERNEL QK_TARGET static inline

/* Eight numbers, or the `left` last ones and zeros. */
KERNEL __m256 load_float32(const float *x) { return _mm256_loadu_ps(x); }

KERNEL __m256 load_float32_part(const float *x, size_t left) {
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(x, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)left), lane));
}

KERNEL __m256 load_float16(const uint16_t *x) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)x));
}

KERNEL __m256 load_float16_part(const uint16_t *x, size_t left) {
    uint16_t padded[8] = {0};
    memcpy(padded, x, left * sizeof *x);
    return load_float16(padded);
}

KERNEL __m256 load_int8(const int8_t *x) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)x)));
}

KERNEL __m256 load_int8_part(const int8_t *x, size_t left) {
    int8_t padded[8] = {0};
    memcpy(padded, x, left);
    return load_int8(padded);
}

KERNEL float total(__m256 a, __m256 b, __m256 c, __m256 d) {
    __m256 sum = _mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d));
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

#define SUM_OF(STEP, LOAD_X, LOAD_Y)                                                                   \
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;                                               \
    size_t i = 0;                                                                                      \
    for (; i + 32 <= n; i += 32) {                                                                     \
        STEP(a, LOAD_X(x + i), LOAD_Y(y + i));                                                         \
        STEP(b, LOAD_X(x + i + 8), LOAD_Y(y + i + 8));                                                 \
        STEP(c, LOAD_X(x + i + 16), LOAD_Y(y + i + 16));                                               \
        STEP(d, LOAD_X(x + i + 24), LOAD_Y(y + i + 24));                                               \
    }                                                                                                  \
    for (; i + 8 <= n; i += 8) STEP(a, LOAD_X(x + i), LOAD_Y(y + i));                                  \
    if (i < n) STEP(b, LOAD_X##_part(x + i, n - i), LOAD_Y##_part(y + i, n - i));

#define DOT(sum, l, r) sum = _mm256_fmadd_ps(l, r, sum)
#define DIFFERENCE(sum, l, r)                                                                          \
    do {                                                                                               \
        __m256 difference = _mm256_sub_ps(l, r);                                                       \
        sum = _mm256_fmadd_ps(difference, difference, sum);                                            \
    } while (0)
#define SCALED_DIFFERENCE(sum, l, r)                                                                   \
    do {                                                                                               \
        __m256 difference = _mm256_fnmadd_ps(factor, r, l);                                            \
        sum = _mm256_fmadd_ps(difference, difference, sum);                                            \
    } while (0)

KERNEL float dot_float32(const float *x, const void *row, float scale, size_t n) {
    (void)scale;
    const float *y = row;
    SUM_OF(DOT, load_float32, load_float32)
    return total(a, b, c, d);
}

KERNEL float l2_float32(const float *x, const void *row, float scale, size_t n) {
    (void)scale;
    const float *y = row;
    SUM_OF(DIFFERENCE, load_float32, load_float32)
    return total(a, b, c, d);
}

KERNEL float dot_float16(const float *x, const void *row, float scale, size_t n) {
    (void)scale;
    const uint16_t *y = row;
    SUM_OF(DOT, load_float32, load_float16)
    return total(a, b, c, d);
}

KERNEL float l2_float16(const float *x, const void *row, float scale, size_t n) {
    (void)scale;
    const uint16_t *y = row;
    SUM_OF(DIFFERENCE, load_float32, load_float16)
    return total(a, b, c, d);
}

KERNEL float dot_int8(const float *x, const void *row, float scale, size_t n) {
    const int8_t *y = row;
    SUM_OF(DOT, load_float32, load_int8)
    return total(a, b, c, d) * scale;
}

KERNEL float l2_int8(const float *x, const void *row, float scale, size_t n) {
    const int8_t *y = row;
    __m256 factor = _mm256_set1_ps(scale);
    SUM_OF(SCALED_DIFFERENCE, load_float32, load_int8)
    return total(a, b, c, d);
}

/* The same sums for a group of queries, each row's numbers loaded and decoded once. */
#define QK_GROUP 2

#define GROUP_STEP(STEP, LOAD_X, number, place)                                                        \
    for (size_t g = 0; g < QK_GROUP; g++) STEP(s[g][number], LOAD_X(queries[g], place), of_row)

#define WHOLE(x, place) load_float32(x + place)
#define PART(x, place) load_float32_part(x + place, n - place)

#define GROUP_OF(STEP, LOAD_Y)                                                                         \
    __m256 s[QK_GROUP][4];                                                                             \
    for (size_t g = 0; g < QK_GROUP; g++)                                                              \
        for (size_t j = 0; j < 4; j++) s[g][j] = _mm256_setzero_ps();                                  \
    size_t i = 0;                                                                                      \
    for (; i + 32 <= n; i += 32) {                                                                     \
        for (size_t j = 0; j < 4; j++) {                                                               \
            __m256 of_row = LOAD_Y(y + i + 8 * j);                                                     \
            GROUP_STEP(STEP, WHOLE, j, i + 8 * j);                                                     \
        }                                                                                              \
    }                                                                                                  \
    for (; i + 8 <= n; i += 8) {                                                                       \
        __m256 of_row = LOAD_Y(y + i);                                                                 \
        GROUP_STEP(STEP, WHOLE, 0, i);                                                                 \
    }                                                                                                  \
    if (i < n) {                                                                                       \
        __m256 of_row = LOAD_Y##_part(y + i, n - i);                                                   \
        GROUP_STEP(STEP, PART, 1, i);                                                                  \
    }                                                                                                  \
    for (size_t g = 0; g < QK_GROUP; g++) sums[g] = total(s[g][0], s[g][1], s[g][2], s[g][3]);

#define GROUP_KERNEL(NAME, TYPE, STEP, LOAD_Y)                                                         \
    KERNEL void group_##NAME(const float *const *queries, const void *row, float scale, size_t n,      \
                             float *sums) {                                                            \
        (void)scale;                                                                                   \
        const TYPE *y = row;                                                                           \
        GROUP_OF(STEP, LOAD_Y)                                                                         \
    }

GROUP_KERNEL(dot_float32, float, DOT, load_float32)
GROUP_KERNEL(l2_float32, float, DIFFERENCE, load_float32)
GROUP_KERNEL(dot_float16, uint16_t, DOT, load_float16)
GROUP_KERNEL(l2_float16, uint16_t, DIFFERENCE, load_float16)

KERNEL void group_dot_int8(const float *const *queries, const void *row, float scale, size_t n,
                           float *sums) {
    const int8_t *y = row;
    GROUP_OF(DOT, load_int8)
    for (size_t g = 0; g < QK_GROUP; g++) sums[g] *= scale;
}

KERNEL void group_l2_int8(const float *const *queries, const void *row, float scale, size_t n,
                          float *sums) {
    const int8_t *y = row;
    __m256 factor = _mm256_set1_ps(scale);
    GROUP_OF(SCALED_DIFFERENCE, load_int8)
}

KERNEL float pair_dot_float16(const void *left, const void *right, size_t n) {
    const uint16_t *x = left, *y = right;
    SUM_OF(DOT, load_float16, load_float16)
    return total(a, b, c, d);
}

KERNEL float pair_l2_float16(const void *left, const void *right, size_t n) {
    const uint16_t *x = left, *y = right;
    SUM_OF(DIFFERENCE, load_float16, load_float16)
    return total(a, b, c, d);
}

KERNEL int32_t total_int32(__m256i sums) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}

KERNEL void pair_sums_int8(const int8_t *x, const int8_t *y, size_t n, int32_t *sums) {
    __m256i xx = _mm256_setzero_si256(), yy = xx, xy = xx;
    for (size_t i = 0; i < n; i += 16) {
        __m128i left, right;
        if (n - i >= 16) {
            left = _mm_loadu_si128((const __m128i *)(x + i));
            right = _mm_loadu_si128((const __m128i *)(y + i));
        } else {
            int8_t padded[32] = {0};
            memcpy(padded, x + i, n - i);
            memcpy(padded + 16, y + i, n - i);
            left = _mm_loadu_si128((const __m128i *)padded);
            right = _mm_loadu_si128((const __m128i *)(padded + 16));
        }
        __m256i l = _mm256_cvtepi8_epi16(left), r = _mm256_cvtepi8_epi16(right);
        xx = _mm256_add_epi32(xx, _mm256_madd_epi16(l, l));
        yy = _mm256_add_epi32(yy, _mm256_madd_epi16(r, r));
        xy = _mm256_add_epi32(xy, _mm256_madd_epi16(l, r));
    }
    sums[0] = total_int32(xx);
    sums[1] = total_int32(yy);
    sums[2] = total_int32(xy);
}

KERNEL void decode_float16(const uint16_t *x, size_t n, float *out) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, load_float16(x + i));
    for (; i < n; i++) out[i] = _cvtsh_ss(x[i]);
}

KERNEL void decode_int8(const int8_t *x, float scale, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = scale * (float)x[i];
}

#include "qk_distance_body.h"

#endif
