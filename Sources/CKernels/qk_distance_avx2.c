/* Distances with AVX2, FMA and F16C: vectors of eight numbers. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_kernels.h"

#define QK_TARGET __attribute__((target("avx2,fma,f16c")))
#define WORD QK_TARGET static inline __attribute__((always_inline))

#define LANES 8
#define ROWS 2
#define TILE_QUERIES 2
typedef __m256 floats;

WORD floats zero(void) { return _mm256_setzero_ps(); }
WORD floats splat(float x) { return _mm256_set1_ps(x); }
WORD floats add(floats a, floats b) { return _mm256_add_ps(a, b); }
WORD floats subtract(floats a, floats b) { return _mm256_sub_ps(a, b); }
WORD floats multiply(floats a, floats b) { return _mm256_mul_ps(a, b); }
WORD floats multiply_add(floats a, floats b, floats c) { return _mm256_fmadd_ps(a, b, c); }
WORD floats multiply_subtract(floats a, floats b, floats c) { return _mm256_fnmadd_ps(a, b, c); }

WORD __m256i first(size_t left) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

WORD floats load_float32(const float *x) { return _mm256_loadu_ps(x); }

WORD floats load_float32_part(const float *x, size_t left) {
    return _mm256_maskload_ps(x, first(left));
}

WORD floats load_float16(const uint16_t *x) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)x));
}

WORD floats load_float16_part(const uint16_t *x, size_t left) {
    uint64_t low = qk_some_bytes(x, 2 * left);
    uint64_t high = left > 4 ? qk_some_bytes(x + 4, 2 * left - 8) : 0;
    return _mm256_cvtph_ps(_mm_set_epi64x((int64_t)high, (int64_t)low));
}

WORD floats from_int8(__m128i codes) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes)); }

WORD floats load_int8(const int8_t *x) { return from_int8(_mm_loadl_epi64((const __m128i *)x)); }

WORD floats load_int8_part(const int8_t *x, size_t left) {
    return from_int8(_mm_cvtsi64_si128((int64_t)qk_some_bytes(x, left)));
}

WORD void store(float *to, floats x) { _mm256_storeu_ps(to, x); }

WORD void store_part(float *to, size_t left, floats x) { _mm256_maskstore_ps(to, first(left), x); }

/* Halves to halves, until one lane is left. */
WORD float total(floats x) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

WORD void totals(floats a, floats b, floats c, floats d, float *out) {
    floats ab = add(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
    floats cd = add(_mm256_permute2f128_ps(c, d, 0x20), _mm256_permute2f128_ps(c, d, 0x31));
    floats two = add(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
    floats one = add(_mm256_shuffle_ps(two, two, 0x88), _mm256_shuffle_ps(two, two, 0xdd));
    _mm_storeu_ps(out, _mm_unpacklo_ps(_mm256_castps256_ps128(one), _mm256_extractf128_ps(one, 1)));
}

WORD int32_t total_of_integers(__m256i x) {
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}

WORD __m256i wide(__m128i codes) { return _mm256_cvtepi8_epi16(codes); }

WORD __m256i codes(const int8_t *x) { return wide(_mm_loadu_si128((const __m128i *)x)); }

WORD __m256i codes_part(const int8_t *x, size_t left) {
    uint64_t low = qk_some_bytes(x, left), high = left > 8 ? qk_some_bytes(x + 8, left - 8) : 0;
    return wide(_mm_set_epi64x((int64_t)high, (int64_t)low));
}

WORD __m256i plus_products(__m256i sum, __m256i l, __m256i r) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(l, r));
}

WORD void sum_codes(const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums) {
    __m256i xy = _mm256_setzero_si256(), yy = xy;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256i l = codes(x + i), r = codes(y + i);
        xy = plus_products(xy, l, r);
        if (with_squares) yy = plus_products(yy, r, r);
    }
    if (i < n) {
        __m256i l = codes_part(x + i, n - i), r = codes_part(y + i, n - i);
        xy = plus_products(xy, l, r);
        if (with_squares) yy = plus_products(yy, r, r);
    }
    sums[0] = total_of_integers(xy);
    if (with_squares) sums[1] = total_of_integers(yy);
}

#include "qk_distance_body.h"

QK_TABLE(qk_distance_avx2, QK_TARGET, sum_codes)

#endif
