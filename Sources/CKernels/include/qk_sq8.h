#ifndef QK_SQ8_H
#define QK_SQ8_H

#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"
#include "qk_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Distances between a float32 query and rows of one byte a number, smaller always nearer.
 *
 * Number i of a row with the bytes c is base[i] + step[i] * c[i]: what FAISS's 8-bit scalar quantizers
 * decode to, with base = minimum + step / 2 and step = range / 255. Rows lie one behind the other, without
 * padding. QK_L2 and QK_INNER_PRODUCT are known.
 *
 * All functions here that take a query give bit-identical distances for the same query and row, under one
 * instruction set. Nothing allocates, blocks or keeps a pointer; row numbers are not checked. */
typedef struct qk_sq8 {
    const float *base;
    const float *step;
    uint32_t dimension;
    uint8_t metric;
} qk_sq8;

/* A query made ready: what it costs is then one conversion and one or two multiply-adds a number. */
typedef struct qk_sq8_query {
    const float *terms;   /* L2: query - base. Inner product: -query * step. Padded with zeros */
    const float *factors; /* L2: step, padded with zeros. Inner product: unused */
    float bias;           /* added to every row's sum */
    uint32_t dimension;
    uint8_t metric;
} qk_sq8_query;

/* How many floats of memory a prepared query of `dimension` numbers takes. */
size_t qk_sq8_query_floats(uint32_t dimension);

/* Prepares `query`. The result points into `memory`, which must outlive it, and nowhere else. */
qk_sq8_query qk_sq8_prepare(const qk_sq8 *decoder, const float *query, float *memory);

/* The distances of `n` rows from `codes` on. */
void qk_sq8_distances_range(const qk_sq8_query *query, const uint8_t *codes, size_t n, float *out);

/* The distances of `n` rows anywhere behind `codes`, in the order of `row_numbers`; later rows are
 * prefetched. */
void qk_sq8_distances(const qk_sq8_query *query, const uint8_t *codes, const uint32_t *row_numbers,
                      size_t n, float *out);

/* A row as `dimension` float32 numbers. */
void qk_sq8_decode(const qk_sq8 *decoder, const uint8_t *code, float *out);

/* The kernels of one instruction set: what the functions above go through. */
typedef struct qk_sq8_kernels {
    void (*range)(const qk_sq8_query *query, const uint8_t *codes, size_t n, float *out);
    void (*gathered)(const qk_sq8_query *query, const uint8_t *codes, const uint32_t *row_numbers,
                     size_t n, float *out);
} qk_sq8_kernels;

/* The kernels of `simd`, or NULL where the processor or this build has none: for tests and benchmarks. */
const qk_sq8_kernels *qk_sq8_kernels_of(qk_simd simd);

#ifdef __cplusplus
}
#endif

#endif
