#ifndef QK_ROWS_H
#define QK_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* How a row's numbers are stored. */
#define QK_FLOAT32 0 /* IEEE binary32 */
#define QK_FLOAT16 1 /* IEEE binary16 */
#define QK_INT8 2    /* int8 times one float32 scale a row */
#define QK_BINARY 3  /* a bit a number: number i is bit i % 8 of byte i / 8. Goes with QK_HAMMING alone */

/* The most dimensions of QK_BINARY rows, which are a multiple of 8. */
#define QK_BINARY_MOST_BITS 65536

/* What "near" means. A kernel's distance is always "smaller is nearer":
 * QK_L2            the squared Euclidean distance
 * QK_INNER_PRODUCT minus the dot product
 * QK_COSINE        minus the dot product over the product of both norms
 * QK_HAMMING       how many bits differ, of QK_BINARY rows; a query's numbers are 0 and 1
 */
#define QK_L2 0
#define QK_INNER_PRODUCT 1
#define QK_COSINE 2
#define QK_HAMMING 3

/* A borrowed view of `count` rows of `dimension` numbers, row-major and without padding.
 * Nothing here owns memory; `values` may be mapped from a file. */
typedef struct qk_rows {
    const void *values;
    const float *norms;  /* count Euclidean norms of the stored rows; needed by QK_COSINE, else NULL */
    const float *scales; /* count factors; needed by QK_INT8, else NULL */
    uint64_t count;
    uint32_t dimension;
    uint8_t storage;
    uint8_t metric;
} qk_rows;

#endif
