/* Why no kernel uses AVX512_BF16. Its products are of bfloat16 numbers, of eight bits: a query, which stays
 * float32 here, is one of them only if it is rounded, and exactly the sum of three. int8 codes are bfloat16
 * numbers, so only int8 rows could gain: this measures both ways against the kernel that there is. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "qk_convert.h"
#include "qk_distance.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

enum { DIMENSION = 384, COUNT = 512, MOST_PARTS = 3 };

typedef struct setting {
    const int8_t *codes;
    const float *query;
    const __m512bh (*parts)[DIMENSION / 32];
    float *out;
    qk_rows rows;
    const qk_distance_kernels *kernels;
} setting;

static float rounded_to_bfloat16(float x) {
    union {
        float number;
        uint32_t bits;
    } value = {x};
    value.bits = (value.bits + 0x7fff + (value.bits >> 16 & 1)) & 0xffff0000u;
    return value.number;
}

/* Dot products with `count` bfloat16 queries whose sum is the query; two sums of each, as one would hide the
 * instruction's latency less. */
TARGET static inline __attribute__((always_inline)) void sum_parts(const setting *s, const int count) {
    for (int row = 0; row < COUNT; row++) {
        const int8_t *codes = s->codes + row * DIMENSION;
        __m512 sums[MOST_PARTS][2];
        for (int part = 0; part < MOST_PARTS; part++) sums[part][0] = sums[part][1] = _mm512_setzero_ps();
#pragma clang loop unroll(full)
        for (int i = 0; i < DIMENSION / 32; i++) {
            const __m128i *at = (const __m128i *)(codes + 32 * i);
            __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(at)));
            __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(at + 1)));
            __m512bh both = _mm512_cvtne2ps_pbh(high, low);
#pragma clang loop unroll(full)
            for (int part = 0; part < count; part++) {
                sums[part][i % 2] = _mm512_dpbf16_ps(sums[part][i % 2], both, s->parts[part][i]);
            }
        }
        __m512 sum = _mm512_add_ps(sums[0][0], sums[0][1]);
        for (int part = 1; part < count; part++) {
            sum = _mm512_add_ps(sum, _mm512_add_ps(sums[part][0], sums[part][1]));
        }
        s->out[row] = -_mm512_reduce_add_ps(sum);
    }
}

TARGET static void run_one_part(void *context) { sum_parts(context, 1); }
TARGET static void run_three_parts(void *context) { sum_parts(context, MOST_PARTS); }

static void run_kernel(void *context) {
    const setting *s = context;
    s->kernels->range(&s->rows, s->query, 1, 0, COUNT, s->out);
}

/* The largest error, relative to the product of the norms. */
static double error_of(const setting *s) {
    double most = 0;
    for (int row = 0; row < COUNT; row++) {
        double dot = 0, norm = 0, query_norm = 0;
        for (int i = 0; i < DIMENSION; i++) {
            const double x = s->query[i], y = s->codes[row * DIMENSION + i];
            dot += x * y;
            norm += y * y;
            query_norm += x * x;
        }
        const double error = fabs(dot + s->out[row]) / sqrt(norm * query_norm);
        if (error > most) most = error;
    }
    return most;
}

TARGET static void print_all(void) {
    static int8_t codes[COUNT * DIMENSION];
    static float query[DIMENSION], out[COUNT], ones[COUNT];
    static __m512bh parts[MOST_PARTS][DIMENSION / 32];
    for (size_t i = 0; i < sizeof codes; i++) codes[i] = (int8_t)(random_bits() % 255 - 127);
    for (int i = 0; i < COUNT; i++) ones[i] = 1;
    for (int i = 0; i < DIMENSION; i++) query[i] = random_float();
    for (int i = 0; i < DIMENSION / 32; i++) {
        float rest[32], part[32];
        for (int j = 0; j < 32; j++) rest[j] = query[32 * i + j];
        for (int p = 0; p < MOST_PARTS; p++) {
            for (int j = 0; j < 32; j++) {
                part[j] = rounded_to_bfloat16(rest[j]);
                rest[j] -= part[j];
            }
            parts[p][i] = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(part + 16), _mm512_loadu_ps(part));
        }
    }
    setting s[3];
    for (int i = 0; i < 3; i++) {
        s[i] = (setting){codes, query, parts, out,
                         {codes, NULL, ones, COUNT, DIMENSION, QK_INT8, QK_INNER_PRODUCT},
                         qk_distance_kernels_of(QK_SIMD_AVX512)};
    }
    const work contenders[] = {{run_kernel, &s[0], sizeof codes},
                               {run_one_part, &s[1], sizeof codes},
                               {run_three_parts, &s[2], sizeof codes}};
    static const char *const names[] = {"float32 query (the kernel)", "query rounded to bfloat16",
                                        "query as three bfloat16 parts"};
    double rates[3], shares[3];
    compare(contenders, 3, rates, shares);
    printf("\n### BF16: int8 rows in cache, inner product, dimension %d\n\n", DIMENSION);
    printf("| | GB/s | largest error over both norms |\n|---|---|---|\n");
    for (int i = 0; i < 3; i++) {
        contenders[i].run(contenders[i].context);
        printf("| %s | %.1f (%.2f) | %.1e |\n", names[i], rates[i] / 1e9, shares[i], error_of(&s[i]));
    }
}

void print_bfloat16(void) {
    if (qk_simd_is_available(QK_SIMD_AVX512) && __builtin_cpu_supports("avx512bf16")) print_all();
}
#else
void print_bfloat16(void) {}
#endif
