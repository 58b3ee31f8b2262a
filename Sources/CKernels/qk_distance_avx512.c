/* Distances with AVX-512: four sums of sixteen numbers, the last numbers of a row under a mask. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define QK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#define QK_KERNELS qk_distance_avx512
#define KERNEL QK_TARGET static inline

KERNEL __mmask16 first(size_t left) { return (__mmask16)((1u << left) - 1); }

/* Sixteen numbers, or the `left` last ones and zeros. */
KERNEL __m512 load_float32(const float *x) { return _mm512_loadu_ps(x); }

KERNEL __m512 load_float32_part(const float *x, size_t left) {
    return _mm512_maskz_loadu_ps(first(left), x);
}

KERNEL __m512 load_float16(const uint16_t *x) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)x));
}

KERNEL __m512 load_float16_part(const uint16_t *x, size_t left) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(left), x));
}

KERNEL __m512 load_int8(const int8_t *x) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)x)));
}

KERNEL __m512 load_int8_part(const int8_t *x, size_t left) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(first(left), x)));
}

KERNEL float total(__m512 a, __m512 b, __m512 c, __m512 d) {
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
}

#define SUM_OF(STEP, LOAD_X, LOAD_Y)                                                                   \
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;                                               \
    size_t i = 0;                                                                                      \
    for (; i + 64 <= n; i += 64) {                                                                     \
        STEP(a, LOAD_X(x + i), LOAD_Y(y + i));                                                         \
        STEP(b, LOAD_X(x + i + 16), LOAD_Y(y + i + 16));                                               \
        STEP(c, LOAD_X(x + i + 32), LOAD_Y(y + i + 32));                                               \
        STEP(d, LOAD_X(x + i + 48), LOAD_Y(y + i + 48));                                               \
    }                                                                                                  \
    for (; i + 16 <= n; i += 16) STEP(a, LOAD_X(x + i), LOAD_Y(y + i));                                \
    if (i < n) STEP(b, LOAD_X##_part(x + i, n - i), LOAD_Y##_part(y + i, n - i));

#define DOT(sum, l, r) sum = _mm512_fmadd_ps(l, r, sum)
#define DIFFERENCE(sum, l, r)                                                                          \
    do {                                                                                               \
        __m512 difference = _mm512_sub_ps(l, r);                                                       \
        sum = _mm512_fmadd_ps(difference, difference, sum);                                            \
    } while (0)
#define SCALED_DIFFERENCE(sum, l, r)                                                                   \
    do {                                                                                               \
        __m512 difference = _mm512_fnmadd_ps(factor, r, l);                                            \
        sum = _mm512_fmadd_ps(difference, difference, sum);                                            \
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
    __m512 factor = _mm512_set1_ps(scale);
    SUM_OF(SCALED_DIFFERENCE, load_float32, load_int8)
    return total(a, b, c, d);
}

/* The same sums for a group of queries, each row's numbers loaded and decoded once. */
#define QK_GROUP 4

#define GROUP_STEP(STEP, LOAD_X, number, place)                                                        \
    for (size_t g = 0; g < QK_GROUP; g++) STEP(s[g][number], LOAD_X(queries[g], place), of_row)

#define WHOLE(x, place) load_float32(x + place)
#define PART(x, place) load_float32_part(x + place, n - place)

#define GROUP_OF(STEP, LOAD_Y)                                                                         \
    __m512 s[QK_GROUP][4];                                                                             \
    for (size_t g = 0; g < QK_GROUP; g++)                                                              \
        for (size_t j = 0; j < 4; j++) s[g][j] = _mm512_setzero_ps();                                  \
    size_t i = 0;                                                                                      \
    for (; i + 64 <= n; i += 64) {                                                                     \
        for (size_t j = 0; j < 4; j++) {                                                               \
            __m512 of_row = LOAD_Y(y + i + 16 * j);                                                    \
            GROUP_STEP(STEP, WHOLE, j, i + 16 * j);                                                    \
        }                                                                                              \
    }                                                                                                  \
    for (; i + 16 <= n; i += 16) {                                                                     \
        __m512 of_row = LOAD_Y(y + i);                                                                 \
        GROUP_STEP(STEP, WHOLE, 0, i);                                                                 \
    }                                                                                                  \
    if (i < n) {                                                                                       \
        __m512 of_row = LOAD_Y##_part(y + i, n - i);                                                   \
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
    __m512 factor = _mm512_set1_ps(scale);
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

KERNEL void pair_sums_int8(const int8_t *x, const int8_t *y, size_t n, int32_t *sums) {
    __m512i xx = _mm512_setzero_si512(), yy = xx, xy = xx;
    for (size_t i = 0; i < n; i += 32) {
        __mmask32 lanes = n - i >= 32 ? 0xffffffffu : (__mmask32)((1u << (n - i)) - 1);
        __m512i l = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, x + i));
        __m512i r = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, y + i));
        xx = _mm512_add_epi32(xx, _mm512_madd_epi16(l, l));
        yy = _mm512_add_epi32(yy, _mm512_madd_epi16(r, r));
        xy = _mm512_add_epi32(xy, _mm512_madd_epi16(l, r));
    }
    sums[0] = _mm512_reduce_add_epi32(xx);
    sums[1] = _mm512_reduce_add_epi32(yy);
    sums[2] = _mm512_reduce_add_epi32(xy);
}

KERNEL void decode_float16(const uint16_t *x, size_t n, float *out) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) _mm512_storeu_ps(out + i, load_float16(x + i));
    if (i < n) _mm512_mask_storeu_ps(out + i, first(n - i), load_float16_part(x + i, n - i));
}

KERNEL void decode_int8(const int8_t *x, float scale, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = scale * (float)x[i];
}

#include "qk_distance_body.h"

#endif
