#ifndef QK_SCAN_H
#define QK_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Many float32 queries over many float32 rows, as a matrix product of which only the interesting part is kept.
 *
 * The value of a query and a row is their dot product minus the row's offset. With offset 0 it orders rows by dot
 * product, with half the row's squared norm by Euclidean distance: |x - y|^2 = |x|^2 - 2 (x.y - |y|^2 / 2).
 * A product of n terms is summed in their order, fused, so its error is at most n 2^-24 times the sum of the
 * terms' sizes.
 *
 * Queries go in panels of up to `panel_width`, packed [dimension][panel_width]; rows lie at a stride, in floats.
 * Nothing here allocates or checks its arguments, and no pointer needs an alignment. */

/* The most that `panel_width` is on any processor. */
#define QK_SCAN_PANEL 32

/* A query of a panel and a row of a block whose value reached the query's limit. */
typedef struct qk_scan_hit {
    uint32_t query;
    uint32_t row;
} qk_scan_hit;

/* Rows that pass over a panel together, and memory that will be read soon and is asked for meanwhile. */
typedef struct qk_scan_block {
    const float *rows;
    size_t stride;
    size_t count;
    const float *offsets; /* [count] */
    const void *ahead;    /* may be NULL */
    size_t ahead_byte_count;
} qk_scan_block;

typedef struct qk_scan_kernels {
    size_t panel_width;
    size_t tile_rows; /* blocks of a multiple of it waste nothing */

    /* Packs `count` queries, at most panel_width; `panel` holds dimension * panel_width floats. */
    void (*pack)(const float *queries, size_t count, size_t dimension, float *panel);

    /* Half the squared norm of each row. */
    void (*half_norms)(const float *rows, size_t stride, size_t count, size_t dimension, float *out);

    /* The pairs whose value is not below limits[query], in no order: `hits` has room for block->count * count.
     * NaN is a hit. Returns how many there are. */
    size_t (*reaching)(const qk_scan_block *block, const float *panel, size_t count, size_t dimension,
                       const float *limits, qk_scan_hit *hits);

    /* Raises values[query] to the largest of the block's rows, of equals the first, and sets rows[query] to its
     * number, which is `first_row` for the block's first, wherever one is larger than values[query] was. */
    void (*largest)(const qk_scan_block *block, const float *panel, size_t count, size_t dimension,
                    uint32_t first_row, float *values, uint32_t *rows);
} qk_scan_kernels;

/* The kernels for the instruction set in use (qk_simd_in_use). */
const qk_scan_kernels *qk_scan_best(void);

/* The kernels for one instruction set; NULL where there are none or this processor lacks it. */
const qk_scan_kernels *qk_scan_at(qk_simd simd);

#ifdef __cplusplus
}
#endif

#endif
