/* Fast scan with AVX-512: four parts of a block at once. */

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "qk_pq4_kernels.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))) static

KERNEL inline __m512 term(uint8_t metric, __m512 x, __m512 y, __m512 sum) {
    if (metric != QK_L2) return _mm512_fnmadd_ps(x, y, sum);
    __m512 difference = _mm512_sub_ps(x, y);
    return _mm512_fmadd_ps(difference, difference, sum);
}

/* Parts of two numbers: eight centroids a vector. */
KERNEL inline __m512 table_of_2(uint8_t metric, const float *x, const float *y) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    __m512 a = _mm512_loadu_ps(y), b = _mm512_loadu_ps(y + 16);
    __m512 sum = term(metric, _mm512_set1_ps(x[0]), _mm512_permutex2var_ps(a, even, b), _mm512_setzero_ps());
    return term(metric, _mm512_set1_ps(x[1]), _mm512_permutex2var_ps(a, odd, b), sum);
}

/* Parts of four numbers: four centroids a vector, one in each of its lanes of 128 bits. */
KERNEL inline __m512 table_of_4(uint8_t metric, const float *x, const float *y) {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512 query = _mm512_broadcast_f32x4(_mm_loadu_ps(x)), zero = _mm512_setzero_ps();
    __m512 a = term(metric, query, _mm512_loadu_ps(y), zero);
    __m512 b = term(metric, query, _mm512_loadu_ps(y + 16), zero);
    __m512 c = term(metric, query, _mm512_loadu_ps(y + 32), zero);
    __m512 d = term(metric, query, _mm512_loadu_ps(y + 48), zero);
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512d low = _mm512_unpacklo_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
    __m512d high = _mm512_unpackhi_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
    __m512 sums = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
    return _mm512_permutexvar_ps(order, sums);
}

KERNEL void tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *out) {
#define QK_EACH_PART(METRIC, WIDTH)                                                                    \
    for (size_t part = 0; part < part_count; part++) {                                                 \
        const float *x = query + part * WIDTH, *y = centroids + part * 16 * WIDTH;                     \
        _mm512_storeu_ps(out + part * 16, table_of_##WIDTH(METRIC, x, y));                             \
    }
    if (part_width == 2 && metric == QK_L2) {
        QK_EACH_PART(QK_L2, 2)
    } else if (part_width == 2) {
        QK_EACH_PART(QK_INNER_PRODUCT, 2)
    } else if (part_width == 4 && metric == QK_L2) {
        QK_EACH_PART(QK_L2, 4)
    } else if (part_width == 4) {
        QK_EACH_PART(QK_INNER_PRODUCT, 4)
    } else {
        qk_pq4_avx2.tables(metric, query, centroids, part_count, part_width, out);
    }
}

KERNEL qk_pq4_scale quantize(const float *in, size_t part_count, uint8_t *out) {
    float widest = 0, total = 0, offset = 0;
    for (size_t part = 0; part < part_count; part++) {
        __m512 values = _mm512_loadu_ps(in + part * 16);
        float low = _mm512_reduce_min_ps(values), range = _mm512_reduce_max_ps(values) - low;
        widest = range > widest ? range : widest;
        total += range;
        offset += low;
    }
    float step = qk_pq4_step(widest, total, part_count);
    const __m512 factor = _mm512_set1_ps(1 / step), half = _mm512_set1_ps(0.5f);
    for (size_t part = 0; part < part_count; part++) {
        __m512 values = _mm512_loadu_ps(in + part * 16);
        __m512 low = _mm512_set1_ps(_mm512_reduce_min_ps(values));
        /* max gives its second operand, 0, for NaN. The last conversion saturates. */
        values = _mm512_fmadd_ps(_mm512_sub_ps(values, low), factor, half);
        values = _mm512_min_ps(_mm512_max_ps(values, _mm512_setzero_ps()), _mm512_set1_ps(255.0f));
        __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_cvttps_epi32(values));
        _mm_storeu_si128((__m128i *)(void *)(out + part * 16), bytes);
    }
    if (part_count % 2 != 0) memset(out + part_count * 16, 0, 16);
    return (qk_pq4_scale){offset, step};
}

/* Sums of even bytes in 16 bits, plus 256 times the odd ones; and the odd ones alone. */
typedef struct sums_of_16 {
    __m512i both, odd;
} sums_of_16;

KERNEL inline void accumulate(sums_of_16 *sums, __m512i looked_up) {
    sums->both = _mm512_add_epi16(sums->both, looked_up);
    sums->odd = _mm512_add_epi16(sums->odd, _mm512_srli_epi16(looked_up, 8));
}

KERNEL inline void look_up(sums_of_16 *low, sums_of_16 *high, __m512i codes, __m512i values) {
    const __m512i four_bits = _mm512_set1_epi8(15);
    accumulate(low, _mm512_shuffle_epi8(values, _mm512_and_si512(codes, four_bits)));
    codes = _mm512_and_si512(_mm512_srli_epi16(codes, 4), four_bits);
    accumulate(high, _mm512_shuffle_epi8(values, codes));
}

/* The sums of 32 rows over the four parts of a vector: of each of the four vectors the sum of its lanes.
 * Even bytes hold rows 0-7 (low bits) and 16-23, odd ones 8-15 and 24-31. */
KERNEL inline __m512i settle(sums_of_16 low, sums_of_16 high) {
    __m512i a = _mm512_sub_epi16(low.both, _mm512_slli_epi16(low.odd, 8)), b = low.odd;
    __m512i c = _mm512_sub_epi16(high.both, _mm512_slli_epi16(high.odd, 8)), d = high.odd;
    __m512i ab = _mm512_add_epi16(_mm512_shuffle_i64x2(a, b, 0x44), _mm512_shuffle_i64x2(a, b, 0xee));
    __m512i cd = _mm512_add_epi16(_mm512_shuffle_i64x2(c, d, 0x44), _mm512_shuffle_i64x2(c, d, 0xee));
    return _mm512_add_epi16(_mm512_shuffle_i64x2(ab, cd, 0x88), _mm512_shuffle_i64x2(ab, cd, 0xdd));
}

KERNEL size_t scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *table,
                   uint16_t bound, uint32_t *rows, uint16_t *sums) {
    const __m512i most = _mm512_set1_epi16((short)bound);
    size_t size = part_count * 16, found = 0;
    const uint8_t *end = blocks + (row_count + QK_PQ4_BLOCK - 1) / QK_PQ4_BLOCK * size;
    for (size_t first = 0; first < row_count; first += QK_PQ4_BLOCK, blocks += size) {
        sums_of_16 low = {_mm512_setzero_si512(), _mm512_setzero_si512()}, high = low;
        if (blocks + QK_PQ4_AHEAD + size <= end) {
            for (size_t i = 0; i < size; i += 64) __builtin_prefetch(blocks + QK_PQ4_AHEAD + i, 0, 3);
        }
        size_t i = 0;
        for (; i + 64 <= size; i += 64) {
            look_up(&low, &high, _mm512_loadu_si512(blocks + i), _mm512_loadu_si512(table + i));
        }
        if (i < size) {
            /* Two parts are left. Beside them tables of zeros are looked up. */
            look_up(&low, &high, _mm512_maskz_loadu_epi64(0x0f, blocks + i),
                    _mm512_maskz_loadu_epi64(0x0f, table + i));
        }
        __m512i all = settle(low, high);
        uint32_t near = _mm512_cmple_epu16_mask(all, most) & qk_pq4_present(row_count - first);
        if (near == 0) continue;
        uint16_t block_sums[QK_PQ4_BLOCK];
        _mm512_storeu_si512(block_sums, all);
        found = qk_pq4_keep(near, block_sums, first, found, rows, sums);
    }
    return found;
}

const qk_pq4_kernels qk_pq4_avx512 = {tables, quantize, scan};

#endif
