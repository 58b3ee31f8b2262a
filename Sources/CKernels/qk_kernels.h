#ifndef QK_KERNELS_H
#define QK_KERNELS_H

#include <string.h>

#include "qk_distance.h"

/* A product and a sum stay two roundings unless a kernel asks for one: a compiler that fused some of them
 * would make the same distance differ between entry points. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* One table an instruction set, each from its own file. */
extern const qk_distance_kernels qk_distance_portable;
#if defined(__x86_64__)
extern const qk_distance_kernels qk_distance_avx2;
extern const qk_distance_kernels qk_distance_avx512;
extern const qk_distance_kernels qk_distance_avx512_vnni; /* the same but for two int8 rows */
#elif defined(__aarch64__)
extern const qk_distance_kernels qk_distance_neon;
#endif

/* What rows are compared with: a query, or a row. */
typedef struct qk_operand {
    const void *numbers;
    float scale; /* of QK_INT8 */
    float norm;  /* of QK_COSINE */
    uint8_t storage;
} qk_operand;

/* The slow and exact way, in double precision, for what float32 sums cannot hold. */
float qk_distance_in_double(const qk_rows *rows, const qk_operand *x, uint64_t row);

static inline size_t qk_element_byte_count(uint8_t storage) {
    return storage == QK_FLOAT32 ? 4 : storage == QK_FLOAT16 ? 2 : 1;
}

static inline const char *qk_row_address(const qk_rows *rows, uint64_t row) {
    size_t bytes = qk_element_byte_count(rows->storage) * rows->dimension;
    return (const char *)rows->values + (size_t)row * bytes;
}

static inline qk_operand qk_query_operand(const float *query, float query_norm) {
    return (qk_operand){query, 1, query_norm, QK_FLOAT32};
}

static inline qk_operand qk_row_operand(const qk_rows *rows, uint64_t row) {
    return (qk_operand){
        qk_row_address(rows, row),
        rows->storage == QK_INT8 ? rows->scales[row] : 1,
        rows->metric == QK_COSINE ? rows->norms[row] : 1,
        rows->storage,
    };
}

/* Past 2 KiB of a row the processor's own prefetcher has seen the stream. */
static inline void qk_prefetch(const qk_rows *rows, uint64_t row) {
    size_t bytes = qk_element_byte_count(rows->storage) * rows->dimension;
    const char *address = qk_row_address(rows, row);
    if (bytes > 2048) bytes = 2048;
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(address + i, 0, 3);
}

/* The `count` bytes from `from` on, at most 8, as the low bytes of a number; the others are zeros. For
 * little-endian processors. */
static inline uint64_t qk_some_bytes(const void *from, size_t count) {
    const uint8_t *bytes = (const uint8_t *)from;
    if (count >= 8) {
        uint64_t all;
        memcpy(&all, bytes, 8);
        return all;
    }
    if (count >= 4) {
        uint32_t low, high; /* that overlap */
        memcpy(&low, bytes, 4);
        memcpy(&high, bytes + count - 4, 4);
        return low | (uint64_t)high << 8 * (count - 4);
    }
    if (count == 0) return 0;
    return bytes[0] | (uint32_t)bytes[count / 2] << 8 * (count / 2) |
           (uint32_t)bytes[count - 1] << 8 * (count - 1);
}

#endif
