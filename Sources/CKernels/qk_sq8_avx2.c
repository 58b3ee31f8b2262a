/* Distances to rows of bytes with AVX2 and FMA. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QK_TARGET __attribute__((target("avx2,fma")))
#define QK_TABLE qk_sq8_avx2
#define KERNEL QK_TARGET static inline __attribute__((always_inline))
#define LANES 8
typedef __m256 lanes;

KERNEL lanes zero(void) { return _mm256_setzero_ps(); }
KERNEL lanes load(const float *p) { return _mm256_loadu_ps(p); }

KERNEL lanes codes(const uint8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}

KERNEL lanes codes_part(const uint8_t *p, size_t n) {
    uint8_t padded[8] = {0};
    memcpy(padded, p, n);
    return codes(padded);
}

KERNEL lanes fused(lanes a, lanes b, lanes c) { return _mm256_fmadd_ps(a, b, c); }
KERNEL lanes less(lanes a, lanes b, lanes c) { return _mm256_fnmadd_ps(a, b, c); }
KERNEL lanes add(lanes a, lanes b) { return _mm256_add_ps(a, b); }

KERNEL __m128 quarter(lanes v) {
    return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
}

#include "qk_sq8_x86_totals.h"
#include "qk_sq8_body.h"

#endif
