/* Fast scan in plain C. */

#include <string.h>

#include "qk_pq4_kernels.h"

static void tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *out) {
    for (size_t part = 0; part < part_count; part++) {
        const float *x = query + part * part_width;
        for (size_t code = 0; code < QK_PQ4_CODES; code++) {
            const float *y = centroids + (part * QK_PQ4_CODES + code) * part_width;
            float sum = 0;
            for (size_t i = 0; i < part_width; i++) {
                float difference = x[i] - y[i];
                sum += metric == QK_L2 ? difference * difference : -(x[i] * y[i]);
            }
            out[part * QK_PQ4_CODES + code] = sum;
        }
    }
}

static void range_of(const float *table, float *least, float *most) {
    float low = table[0], high = table[0];
    for (size_t code = 1; code < QK_PQ4_CODES; code++) {
        low = table[code] < low ? table[code] : low;
        high = table[code] > high ? table[code] : high;
    }
    *least = low;
    *most = high;
}

static qk_pq4_scale quantize(const float *in, size_t part_count, uint8_t *out) {
    float widest = 0, total = 0, offset = 0, low, high;
    for (size_t part = 0; part < part_count; part++) {
        range_of(in + part * QK_PQ4_CODES, &low, &high);
        widest = high - low > widest ? high - low : widest;
        total += high - low;
        offset += low;
    }
    float step = qk_pq4_step(widest, total, part_count), factor = 1 / step;
    for (size_t part = 0; part < part_count; part++) {
        range_of(in + part * QK_PQ4_CODES, &low, &high);
        for (size_t code = 0; code < QK_PQ4_CODES; code++) {
            float value = (in[part * QK_PQ4_CODES + code] - low) * factor + 0.5f;
            value = value > 0 ? value : 0; /* NaN too */
            out[part * QK_PQ4_CODES + code] = (uint8_t)(value < 255 ? value : 255);
        }
    }
    if (part_count % 2 != 0) memset(out + part_count * QK_PQ4_CODES, 0, QK_PQ4_CODES);
    return (qk_pq4_scale){offset, step};
}

static size_t scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *table,
                   uint16_t bound, uint32_t *rows, uint16_t *sums) {
    size_t found = 0;
    for (size_t first = 0; first < row_count; first += QK_PQ4_BLOCK) {
        uint16_t block_sums[QK_PQ4_BLOCK] = {0};
        const uint8_t *block = blocks + first / QK_PQ4_BLOCK * part_count * 16;
        for (size_t part = 0; part < part_count; part++) {
            for (size_t j = 0; j < 16; j++) {
                size_t row = j / 2 + j % 2 * 8;
                uint8_t codes = block[part * 16 + j];
                block_sums[row] += table[part * 16 + (codes & 15)];
                block_sums[row + 16] += table[part * 16 + (codes >> 4)];
            }
        }
        uint32_t near = 0;
        for (size_t row = 0; row < QK_PQ4_BLOCK; row++) {
            near |= (uint32_t)(block_sums[row] <= bound) << row;
        }
        near &= qk_pq4_present(row_count - first);
        found = qk_pq4_keep(near, block_sums, first, found, rows, sums);
    }
    return found;
}

const qk_pq4_kernels qk_pq4_portable = {tables, quantize, scan};
