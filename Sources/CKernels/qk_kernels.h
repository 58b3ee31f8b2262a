#ifndef QK_KERNELS_H
#define QK_KERNELS_H

#include "qk_distance.h"

/* One table an instruction set, each from its own file. */
extern const qk_distance_kernels qk_distance_portable;
#if defined(__x86_64__)
extern const qk_distance_kernels qk_distance_avx2;
extern const qk_distance_kernels qk_distance_avx512;
#endif

/* The slow and exact way, in double precision, for what float32 sums cannot hold. */
float qk_distance_in_double(const qk_rows *rows, const float *query, float query_norm, uint64_t row);
float qk_row_distance_in_double(const qk_rows *rows, uint64_t a, uint64_t b);

static inline size_t qk_element_byte_count(uint8_t storage) {
    return storage == QK_FLOAT32 ? 4 : storage == QK_FLOAT16 ? 2 : 1;
}

static inline const char *qk_row_address(const qk_rows *rows, uint64_t row) {
    size_t bytes = qk_element_byte_count(rows->storage) * rows->dimension;
    return (const char *)rows->values + (size_t)row * bytes;
}

/* Past 2 KiB of a row the processor's own prefetcher has seen the stream. */
static inline void qk_prefetch(const qk_rows *rows, uint64_t row) {
    size_t bytes = qk_element_byte_count(rows->storage) * rows->dimension;
    const char *address = qk_row_address(rows, row);
    if (bytes > 2048) bytes = 2048;
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(address + i, 0, 3);
}

#endif
