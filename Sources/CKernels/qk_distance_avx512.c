/* Distances with AVX-512: vectors of sixteen numbers, the last numbers of a row under a mask. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_kernels.h"

#define QK_FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"
#define QK_TARGET __attribute__((target(QK_FEATURES)))
#define QK_TARGET_VNNI __attribute__((target(QK_FEATURES ",avx512vnni")))
#define WORD QK_TARGET static inline __attribute__((always_inline))

#define LANES 16
#define ROWS 4
#define TILE_QUERIES 4
typedef __m512 floats;

WORD floats zero(void) { return _mm512_setzero_ps(); }
WORD floats splat(float x) { return _mm512_set1_ps(x); }
WORD floats add(floats a, floats b) { return _mm512_add_ps(a, b); }
WORD floats subtract(floats a, floats b) { return _mm512_sub_ps(a, b); }
WORD floats multiply(floats a, floats b) { return _mm512_mul_ps(a, b); }
WORD floats multiply_add(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
WORD floats multiply_subtract(floats a, floats b, floats c) { return _mm512_fnmadd_ps(a, b, c); }

WORD __mmask16 first(size_t left) { return (__mmask16)((1u << left) - 1); }

WORD floats load_float32(const float *x) { return _mm512_loadu_ps(x); }

WORD floats load_float32_part(const float *x, size_t left) {
    return _mm512_maskz_loadu_ps(first(left), x);
}

WORD floats load_float16(const uint16_t *x) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)x));
}

WORD floats load_float16_part(const uint16_t *x, size_t left) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(left), x));
}

WORD floats load_int8(const int8_t *x) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)x)));
}

WORD floats load_int8_part(const int8_t *x, size_t left) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(first(left), x)));
}

WORD void store(float *to, floats x) { _mm512_storeu_ps(to, x); }

WORD void store_part(float *to, size_t left, floats x) {
    _mm512_mask_storeu_ps(to, first(left), x);
}

/* Halves to halves, until one lane is left. */
WORD float total(floats x) {
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

WORD void totals(floats a, floats b, floats c, floats d, float *out) {
    floats ab = add(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
    floats cd = add(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
    floats four = add(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    floats two = add(four, _mm512_permute_ps(four, 0x4e));
    floats one = add(two, _mm512_permute_ps(two, 0xb1));
    _mm_storeu_ps(out, _mm512_castps512_ps128(_mm512_permutexvar_ps(
                           _mm512_set_epi32(12, 8, 4, 0, 12, 8, 4, 0, 12, 8, 4, 0, 12, 8, 4, 0), one)));
}

WORD __m512i some_codes(const int8_t *x, size_t left) {
    __mmask64 lanes = left >= 64 ? ~0ull : (1ull << left) - 1;
    return _mm512_maskz_loadu_epi8(lanes, x);
}

WORD __m512i wide(__m256i codes) { return _mm512_cvtepi8_epi16(codes); }

WORD void sum_codes(const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums) {
    __m512i xy = _mm512_setzero_si512(), yy = xy;
    for (size_t i = 0; i < n; i += 32) {
        __mmask32 lanes = n - i >= 32 ? ~0u : (1u << (n - i)) - 1;
        __m512i l = wide(_mm256_maskz_loadu_epi8(lanes, x + i));
        __m512i r = wide(_mm256_maskz_loadu_epi8(lanes, y + i));
        xy = _mm512_add_epi32(xy, _mm512_madd_epi16(l, r));
        if (with_squares) yy = _mm512_add_epi32(yy, _mm512_madd_epi16(r, r));
    }
    sums[0] = _mm512_reduce_add_epi32(xy);
    if (with_squares) sums[1] = _mm512_reduce_add_epi32(yy);
}

/* VNNI multiplies unsigned bytes by signed ones, so the left ones are moved up by 128, and 128 times the sum
 * of the right ones taken off at the end. */
QK_TARGET_VNNI static inline __attribute__((always_inline)) void sum_codes_vnni(
    const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums) {
    const __m512i sign = _mm512_set1_epi8((char)0x80), one = _mm512_set1_epi8(1);
    __m512i xy = _mm512_setzero_si512(), yy = xy, ys = xy;
    for (size_t i = 0; i < n; i += 64) {
        __m512i l = some_codes(x + i, n - i), r = some_codes(y + i, n - i);
        xy = _mm512_dpbusd_epi32(xy, _mm512_xor_si512(l, sign), r);
        if (with_squares) yy = _mm512_dpbusd_epi32(yy, _mm512_xor_si512(r, sign), r);
        ys = _mm512_dpbusd_epi32(ys, one, r);
    }
    const int32_t moved = 128 * _mm512_reduce_add_epi32(ys);
    sums[0] = _mm512_reduce_add_epi32(xy) - moved;
    if (with_squares) sums[1] = _mm512_reduce_add_epi32(yy) - moved;
}

#include "qk_distance_body.h"

QK_TABLE(qk_distance_avx512, QK_TARGET, sum_codes)
QK_TABLE(qk_distance_avx512_vnni, QK_TARGET_VNNI, sum_codes_vnni)

#endif
