/* Distances to rows of bytes with AVX-512: the last numbers of a row under a mask. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define QK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define QK_TABLE qk_sq8_avx512
#define KERNEL QK_TARGET static inline __attribute__((always_inline))
#define LANES 16
typedef __m512 lanes;

KERNEL __mmask16 first(size_t n) { return (__mmask16)((1u << n) - 1); }

KERNEL lanes zero(void) { return _mm512_setzero_ps(); }
KERNEL lanes load(const float *p) { return _mm512_loadu_ps(p); }

KERNEL lanes codes(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}

KERNEL lanes codes_part(const uint8_t *p, size_t n) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(n), p)));
}

KERNEL lanes fused(lanes a, lanes b, lanes c) { return _mm512_fmadd_ps(a, b, c); }
KERNEL lanes less(lanes a, lanes b, lanes c) { return _mm512_fnmadd_ps(a, b, c); }
KERNEL lanes add(lanes a, lanes b) { return _mm512_add_ps(a, b); }

KERNEL __m128 quarter(lanes v) {
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

#include "qk_sq8_x86_totals.h"
#include "qk_sq8_body.h"

#endif
