#ifndef QK_PQ4_H
#define QK_PQ4_H

#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"
#include "qk_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Distances to product-quantized rows of 4 bits a part, by tables that fit into a vector register
 * (André, Kermarrec and Le Scouarnec, "Cache locality is not enough", VLDB 2015). Smaller is nearer.
 *
 * Rows lie in blocks of 32 as FAISS's fast scan packs them: a block is 16 bytes a part, and byte j of a part
 * holds two rows' codes, the low four bits row order[j], the high ones row order[j] + 16, where order is
 * 0 8 1 9 2 10 3 11 4 12 5 13 6 14 7 15. The count of parts is even: an odd one is filled up with zeros.
 *
 * A row's distance is about offset + step * sum, where sum adds one byte of each part's table. All
 * instruction sets give the same sums from the same bytes. Nothing allocates, blocks or keeps a pointer. */

#define QK_PQ4_BLOCK 32
#define QK_PQ4_CODES 16

/* For each part the distances of the query's part to the 16 centroids: squared ones (QK_L2) or minus dot
 * products. `query` is [part_count x part_width], `centroids` [part_count x 16 x part_width], `tables`
 * [part_count x 16]. */
void qk_pq4_tables(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *tables);

typedef struct qk_pq4_scale {
    float offset;
    float step; /* positive */
} qk_pq4_scale;

/* The tables in bytes: 16 a part, and another 16 zeros if the count is odd. The step is the smallest with
 * which no byte and no row's sum (of 16 bits) can overflow. */
qk_pq4_scale qk_pq4_quantize(const float *tables, size_t part_count, uint8_t *out);

/* Finds the rows among the first `row_count` of `blocks` whose sum is at most `bound`: writes their numbers,
 * ascending, and their sums, and returns how many there are. `rows` and `sums` have place for row_count.
 * `part_count` is even. */
size_t qk_pq4_scan(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *tables,
                   uint16_t bound, uint32_t *rows, uint16_t *sums);

/* The kernels of one instruction set: what the functions above go through. */
typedef struct qk_pq4_kernels {
    void (*tables)(uint8_t metric, const float *query, const float *centroids, size_t part_count,
                   size_t part_width, float *tables);
    qk_pq4_scale (*quantize)(const float *tables, size_t part_count, uint8_t *out);
    size_t (*scan)(const uint8_t *blocks, size_t row_count, size_t part_count, const uint8_t *tables,
                   uint16_t bound, uint32_t *rows, uint16_t *sums);
} qk_pq4_kernels;

/* The kernels of `simd`, or NULL where the processor or this build has none: for tests and benchmarks. */
const qk_pq4_kernels *qk_pq4_kernels_of(qk_simd simd);

#ifdef __cplusplus
}
#endif

#endif
