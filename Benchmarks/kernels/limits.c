/* What the machine can do at most: bytes read, and products added up in registers. */

#include <stdio.h>
#include <string.h>

#include "bench.h"

/* Twelve independent sums of LANES numbers, each REPEATS times a product and a sum. */
#define PEAK(NAME, TARGET, LANES, MULTIPLY_ADD)                                                        \
    typedef float NAME##_floats __attribute__((vector_size(4 * LANES)));                               \
    TARGET static void NAME(void *context) {                                                           \
        (void)context;                                                                                 \
        NAME##_floats s[12], x = {0}, y = {0};                                                         \
        for (int j = 0; j < 12; j++) s[j] = x + (float)j;                                              \
        x += 0.999f;                                                                                   \
        y += 0.001f;                                                                                   \
        for (long i = 0; i < REPEATS; i++) {                                                           \
            _Pragma("clang loop unroll(full)") for (int j = 0; j < 12; j++) {                          \
                s[j] = MULTIPLY_ADD(s[j], x, y);                                                       \
            }                                                                                          \
        }                                                                                              \
        for (int j = 1; j < 12; j++) s[0] += s[j];                                                     \
        sink = s[0][0];                                                                                \
    }

#define REPEATS 100000
#define TWO_STEPS(a, b, c) ((a) * (b) + (c))

#if defined(__x86_64__)
#include <immintrin.h>

PEAK(peak_portable, , 4, TWO_STEPS)
PEAK(peak_avx2, __attribute__((target("avx2,fma"))), 8, _mm256_fmadd_ps)
PEAK(peak_avx512, __attribute__((target("avx512f"))), 16, _mm512_fmadd_ps)

__attribute__((target("avx512f"))) static void read_widest(const char *start, size_t count) {
    __m512i s[8];
    for (int j = 0; j < 8; j++) s[j] = _mm512_setzero_si512();
    for (size_t i = 0; i + 512 <= count; i += 512) {
        for (int j = 0; j < 8; j++) s[j] = _mm512_add_epi64(s[j], _mm512_loadu_si512(start + i + 64 * j));
    }
    for (int j = 1; j < 8; j++) s[0] = _mm512_add_epi64(s[0], s[j]);
    sink = (float)_mm512_reduce_add_epi64(s[0]);
}

__attribute__((target("avx2"))) static void read_wide(const char *start, size_t count) {
    __m256i s[8];
    for (int j = 0; j < 8; j++) s[j] = _mm256_setzero_si256();
    for (size_t i = 0; i + 256 <= count; i += 256) {
        for (int j = 0; j < 8; j++) {
            s[j] = _mm256_add_epi64(s[j], _mm256_loadu_si256((const __m256i *)(start + i + 32 * j)));
        }
    }
    for (int j = 1; j < 8; j++) s[0] = _mm256_add_epi64(s[0], s[j]);
    sink = (float)_mm256_extract_epi64(s[0], 0);
}
#elif defined(__aarch64__)
#include <arm_neon.h>

#define FUSED(a, b, c) vfmaq_f32(c, a, b)
PEAK(peak_portable, , 4, TWO_STEPS)
PEAK(peak_neon, , 4, FUSED)
#endif

static void read_plain(const char *start, size_t count) {
    uint64_t sums[8] = {0};
    for (size_t i = 0; i + 64 <= count; i += 64) {
        for (int j = 0; j < 8; j++) {
            uint64_t word;
            memcpy(&word, start + i + 8 * j, sizeof word);
            sums[j] += word;
        }
    }
    for (int j = 1; j < 8; j++) sums[0] += sums[j];
    sink = (float)sums[0];
}

void read_bytes(void *context) {
    const bytes *all = context;
#if defined(__x86_64__)
    if (qk_simd_is_available(QK_SIMD_AVX512)) return read_widest(all->start, all->count);
    if (qk_simd_is_available(QK_SIMD_AVX2)) return read_wide(all->start, all->count);
#endif
    read_plain(all->start, all->count);
}

static work peak_work(qk_simd simd) {
    switch (simd) {
#if defined(__x86_64__)
    case QK_SIMD_AVX512: return (work){peak_avx512, NULL, 12.0 * 16 * 2 * REPEATS};
    case QK_SIMD_AVX2: return (work){peak_avx2, NULL, 12.0 * 8 * 2 * REPEATS};
#elif defined(__aarch64__)
    case QK_SIMD_NEON: return (work){peak_neon, NULL, 12.0 * 4 * 2 * REPEATS};
#endif
    default: return (work){peak_portable, NULL, 12.0 * 4 * 2 * REPEATS};
    }
}

double peak_of(qk_simd simd) {
    const work one = peak_work(simd);
    double rate, share;
    compare(&one, 1, &rate, &share);
    return rate;
}

void print_limits(void) {
    static const size_t sizes[] = {16 << 10, 256 << 10, 8 << 20, 128 << 20};
    const char *memory = allocate(128 << 20);
    printf("\n### Limits\n\nBytes read by the widest loads, and products and sums of float32 in registers.\n");
    printf("\n| | 16 KiB | 256 KiB | 8 MiB | 128 MiB |\n|---|---|---|---|---|\n| GB/s |");
    for (size_t i = 0; i < 4; i++) {
        bytes all = {memory, sizes[i]};
        const work one = {read_bytes, &all, (double)sizes[i]};
        double rate, share;
        compare(&one, 1, &rate, &share);
        printf(" %.1f |", rate / 1e9);
    }
    printf("\n\n|");
    for (size_t i = 0; i < set_count; i++) printf(" | %s", sets[i].name);
    printf(" |\n|---|");
    for (size_t i = 0; i < set_count; i++) printf("---|");
    printf("\n| GFLOP/s |");
    for (size_t i = 0; i < set_count; i++) printf(" %.0f |", peak_of(sets[i].simd) / 1e9);
    printf("\n");
}
