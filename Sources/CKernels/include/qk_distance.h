#ifndef QK_DISTANCE_H
#define QK_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"
#include "qk_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Distances between a float32 query and stored rows, smaller always nearer (qk_rows.h).
 *
 * A query stays float32 whatever the rows' storage: only the row is decoded. All functions here that take
 * a query give bit-identical distances for the same query and row, under one instruction set, so that
 * every index kind reports the same score. Across instruction sets sums differ by rounding.
 *
 * No distance is ever NaN. Where float32 sums overflow or a cosine's norms leave the middle of the range,
 * the distance is computed again in double precision; what is beyond float32 then is an infinity. A zero
 * norm gives +0 under QK_COSINE. Numbers that are not finite have no place in rows and queries, but do no
 * harm: a distance is then what sums in double precision come to, and +infinity, the farthest, where that
 * is NaN.
 *
 * `query_norm` is `qk_norm(query, dimension)`; it is read under QK_COSINE alone. Row numbers are not
 * checked: the caller has compared them with `rows->count`. `values` needs the alignment of its element
 * type and no more, and nothing is read beyond the rows. Nothing allocates, blocks or keeps a pointer. */

/* The distance of one row. */
float qk_distance(const qk_rows *rows, const float *query, float query_norm, uint64_t row);

/* The distances of `n` rows anywhere, in the order of `row_numbers`; later rows are prefetched. */
void qk_distances(const qk_rows *rows, const float *query, float query_norm,
                  const uint32_t *row_numbers, size_t n, float *out);

/* The distances of the `n` rows from `first_row` on. */
void qk_distances_range(const qk_rows *rows, const float *query, float query_norm,
                        uint64_t first_row, size_t n, float *out);

/* The distances of `n` rows from `first_row` on to each of a batch of queries: `queries` is
 * [query_count x dimension], `out` [query_count x n]. A row is read and decoded once for a few queries. */
void qk_distances_batch(const qk_rows *rows, const float *queries, const float *query_norms,
                        size_t query_count, uint64_t first_row, size_t n, float *out);

/* The distance between two stored rows, for building graphs; the same bits whichever is named first. For
 * QK_INT8 it comes from integer dot products, so it may differ by rounding from the distance between the
 * decoded row `a`, as a query, and row `b`. */
float qk_row_distance(const qk_rows *rows, uint64_t a, uint64_t b);

/* The same bits for row `row` and each of `n` rows anywhere; later rows are prefetched. */
void qk_row_distances(const qk_rows *rows, uint64_t row, const uint32_t *row_numbers, size_t n,
                      float *out);

/* Row `row` as `dimension` float32 numbers. */
void qk_decode_row(const qk_rows *rows, uint64_t row, float *out);

/* Numbers, 0 or 1, as the bits of a QK_BINARY row; `n` is a multiple of 8. */
void qk_pack_bits(const float *numbers, size_t n, uint8_t *out);

/* The bytes of one row's numbers. */
size_t qk_row_byte_count(uint8_t storage, uint32_t dimension);

/* The kernels of one instruction set: what the functions above go through, but for QK_BINARY rows. */
typedef struct qk_distance_kernels {
    void (*gathered)(const qk_rows *rows, const float *query, float query_norm,
                     const uint32_t *row_numbers, size_t n, float *out);
    void (*range)(const qk_rows *rows, const float *query, float query_norm, uint64_t first_row,
                  size_t n, float *out);
    void (*batch)(const qk_rows *rows, const float *queries, const float *query_norms,
                  size_t query_count, uint64_t first_row, size_t n, float *out);
    float (*pair)(const qk_rows *rows, uint64_t a, uint64_t b);
    void (*decode)(const qk_rows *rows, uint64_t row, float *out);
    void (*row_gathered)(const qk_rows *rows, uint64_t row, const uint32_t *row_numbers, size_t n,
                         float *out);
} qk_distance_kernels;

/* The kernels of `simd`, or NULL where the processor or this build has none: for tests and benchmarks
 * that compare one with another. */
const qk_distance_kernels *qk_distance_kernels_of(qk_simd simd);

#ifdef __cplusplus
}
#endif

#endif
