/* Fast scan with AVX2: two parts of a block at once. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "qk_pq4_kernels.h"

#define KERNEL __attribute__((target("avx2,fma"))) static

KERNEL inline __m256 term(uint8_t metric, __m256 x, __m256 y, __m256 sum) {
    if (metric != QK_L2) return _mm256_fnmadd_ps(x, y, sum);
    __m256 difference = _mm256_sub_ps(x, y);
    return _mm256_fmadd_ps(difference, difference, sum);
}

/* Parts of two numbers: four centroids a vector. */
KERNEL inline void table_of_2(uint8_t metric, const float *x, const float *y, float *out) {
    double both;
    memcpy(&both, x, sizeof both);
    __m256 query = _mm256_castpd_ps(_mm256_set1_pd(both)), zero = _mm256_setzero_ps();
    for (int half = 0; half < 2; half++) {
        __m256 a = term(metric, query, _mm256_loadu_ps(y + half * 16), zero);
        __m256 b = term(metric, query, _mm256_loadu_ps(y + half * 16 + 8), zero);
        /* hadd works in lanes of 128 bits. */
        __m256d sums = _mm256_castps_pd(_mm256_hadd_ps(a, b));
        _mm256_storeu_ps(out + half * 8, _mm256_castpd_ps(_mm256_permute4x64_pd(sums, 0xd8)));
    }
}

/* Parts of a multiple of four numbers: two centroids a vector. */
KERNEL inline void table_of_4(uint8_t metric, const float *x, const float *y, size_t width, float *out) {
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (int half = 0; half < 2; half++) {
        __m256 sums[4];
        for (int pair = 0; pair < 4; pair++) {
            const float *a = y + (size_t)(half * 8 + pair * 2) * width, *b = a + width;
            __m256 sum = _mm256_setzero_ps();
            for (size_t i = 0; i < width; i += 4) {
                __m256 both = _mm256_set_m128(_mm_loadu_ps(b + i), _mm_loadu_ps(a + i));
                sum = term(metric, _mm256_broadcast_ps((const __m128 *)(const void *)(x + i)), both, sum);
            }
            sums[pair] = sum;
        }
        __m256 all = _mm256_hadd_ps(_mm256_hadd_ps(sums[0], sums[1]), _mm256_hadd_ps(sums[2], sums[3]));
        _mm256_storeu_ps(out + half * 8, _mm256_permutevar8x32_ps(all, order));
    }
}

KERNEL void tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *out) {
    size_t size = QK_PQ4_CODES * part_width;
    if (part_width == 2 && metric == QK_L2) {
        for (size_t part = 0; part < part_count; part++) {
            table_of_2(QK_L2, query + part * 2, centroids + part * size, out + part * QK_PQ4_CODES);
        }
    } else if (part_width == 2) {
        for (size_t part = 0; part < part_count; part++) {
            table_of_2(metric, query + part * 2, centroids + part * size, out + part * QK_PQ4_CODES);
        }
    } else if (part_width % 4 == 0) {
        for (size_t part = 0; part < part_count; part++) {
            table_of_4(metric, query + part * part_width, centroids + part * size, part_width,
                       out + part * QK_PQ4_CODES);
        }
    } else {
        qk_pq4_portable.tables(metric, query, centroids, part_count, part_width, out);
    }
}

KERNEL inline float least_of(__m256 v) {
    __m128 four = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    four = _mm_min_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_min_ss(four, _mm_movehdup_ps(four)));
}

KERNEL qk_pq4_scale quantize(const float *in, size_t part_count, uint8_t *out) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    float widest = 0, total = 0, offset = 0;
    for (size_t part = 0; part < part_count; part++) {
        __m256 a = _mm256_loadu_ps(in + part * 16), b = _mm256_loadu_ps(in + part * 16 + 8);
        float low = least_of(_mm256_min_ps(a, b));
        float high = -least_of(_mm256_xor_ps(_mm256_max_ps(a, b), sign));
        widest = high - low > widest ? high - low : widest;
        total += high - low;
        offset += low;
    }
    float step = qk_pq4_step(widest, total, part_count);
    const __m256 factor = _mm256_set1_ps(1 / step), half = _mm256_set1_ps(0.5f);
    for (size_t part = 0; part < part_count; part++) {
        __m256 a = _mm256_loadu_ps(in + part * 16), b = _mm256_loadu_ps(in + part * 16 + 8);
        __m256 low = _mm256_set1_ps(least_of(_mm256_min_ps(a, b)));
        /* max gives its second operand, 0, for NaN. Packing saturates. */
        a = _mm256_max_ps(_mm256_fmadd_ps(_mm256_sub_ps(a, low), factor, half), _mm256_setzero_ps());
        b = _mm256_max_ps(_mm256_fmadd_ps(_mm256_sub_ps(b, low), factor, half), _mm256_setzero_ps());
        const __m256 most = _mm256_set1_ps(255.0f);
        __m256i words = _mm256_packus_epi32(_mm256_cvttps_epi32(_mm256_min_ps(a, most)),
                                            _mm256_cvttps_epi32(_mm256_min_ps(b, most)));
        words = _mm256_permute4x64_epi64(words, 0xd8);
        __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_storeu_si128((__m128i *)(void *)(out + part * 16), bytes);
    }
    if (part_count % 2 != 0) memset(out + part_count * 16, 0, 16);
    return (qk_pq4_scale){offset, step};
}

/* Sums of even bytes in 16 bits, plus 256 times the odd ones; and the odd ones alone. */
typedef struct sums_of_16 {
    __m256i both, odd;
} sums_of_16;

KERNEL inline void accumulate(sums_of_16 *sums, __m256i looked_up) {
    sums->both = _mm256_add_epi16(sums->both, looked_up);
    sums->odd = _mm256_add_epi16(sums->odd, _mm256_srli_epi16(looked_up, 8));
}

/* The sums of 16 rows over the two parts of a vector. Even bytes hold rows 0-7, odd ones 8-15. */
KERNEL inline __m256i settle(sums_of_16 sums) {
    __m256i even = _mm256_sub_epi16(sums.both, _mm256_slli_epi16(sums.odd, 8));
    return _mm256_add_epi16(_mm256_permute2x128_si256(even, sums.odd, 0x20),
                            _mm256_permute2x128_si256(even, sums.odd, 0x31));
}

KERNEL size_t scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *table,
                   uint16_t bound, uint32_t *rows, uint16_t *sums) {
    const __m256i four_bits = _mm256_set1_epi8(15), most = _mm256_set1_epi16((short)bound);
    size_t size = part_count * 16, found = 0;
    const uint8_t *end = blocks + (row_count + QK_PQ4_BLOCK - 1) / QK_PQ4_BLOCK * size;
    for (size_t first = 0; first < row_count; first += QK_PQ4_BLOCK, blocks += size) {
        sums_of_16 low = {_mm256_setzero_si256(), _mm256_setzero_si256()}, high = low;
        if (blocks + QK_PQ4_AHEAD + size <= end) {
            for (size_t i = 0; i < size; i += 64) __builtin_prefetch(blocks + QK_PQ4_AHEAD + i, 0, 3);
        }
        for (size_t i = 0; i < size; i += 32) {
            __m256i codes = _mm256_loadu_si256((const __m256i *)(const void *)(blocks + i));
            __m256i values = _mm256_loadu_si256((const __m256i *)(const void *)(table + i));
            accumulate(&low, _mm256_shuffle_epi8(values, _mm256_and_si256(codes, four_bits)));
            codes = _mm256_and_si256(_mm256_srli_epi16(codes, 4), four_bits);
            accumulate(&high, _mm256_shuffle_epi8(values, codes));
        }
        __m256i a = settle(low), b = settle(high);
        __m256i near_a = _mm256_cmpeq_epi16(_mm256_min_epu16(a, most), a);
        __m256i near_b = _mm256_cmpeq_epi16(_mm256_min_epu16(b, most), b);
        __m256i near_all = _mm256_permute4x64_epi64(_mm256_packs_epi16(near_a, near_b), 0xd8);
        uint32_t near = (uint32_t)_mm256_movemask_epi8(near_all) & qk_pq4_present(row_count - first);
        if (near == 0) continue;
        uint16_t block_sums[QK_PQ4_BLOCK];
        _mm256_storeu_si256((__m256i *)(void *)block_sums, a);
        _mm256_storeu_si256((__m256i *)(void *)(block_sums + 16), b);
        found = qk_pq4_keep(near, block_sums, first, found, rows, sums);
    }
    return found;
}

const qk_pq4_kernels qk_pq4_avx2 = {tables, quantize, scan};

#endif
