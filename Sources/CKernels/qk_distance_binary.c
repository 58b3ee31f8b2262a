/* Rows of bits. Their distance to a query, or to one another, is the number of bits that differ, which float32 holds exactly.
 *
 * The processor counts the bits of a word an instruction, and so goes through rows faster than memory gives them: that is
 * why there are no wider vectors here. Where one instruction set lacks the count, it is made of a few operations; the
 * distances are the same. */

#include "qk_binary.h"

#include "qk_cpu.h"

#define INLINE static inline __attribute__((always_inline))

/* How long before their use rows that lie anywhere are asked for, in rows. */
#define ROWS_AHEAD 8

#define MOST_BYTES (QK_BINARY_MOST_BITS / 8)

INLINE size_t row_byte_count(const qk_rows *rows) { return rows->dimension / 8; }

INLINE const uint8_t *row_bytes(const qk_rows *rows, uint64_t row) {
    return (const uint8_t *)rows->values + (size_t)row * row_byte_count(rows);
}

INLINE uint32_t bits_apart(const uint8_t *x, const uint8_t *y, size_t bytes) {
    uint64_t counts[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 32 <= bytes; i += 32) {
        for (size_t part = 0; part < 4; part++) {
            uint64_t left, right;
            memcpy(&left, x + i + 8 * part, 8);
            memcpy(&right, y + i + 8 * part, 8);
            counts[part] += (uint64_t)__builtin_popcountll(left ^ right);
        }
    }
    for (; i < bytes; i += 8) {
        const size_t count = bytes - i < 8 ? bytes - i : 8;
        counts[0] += (uint64_t)__builtin_popcountll(qk_some_bytes(x + i, count) ^ qk_some_bytes(y + i, count));
    }
    return (uint32_t)(counts[0] + counts[1] + counts[2] + counts[3]);
}

/* The bits of a query: number i is bit i % 8 of byte i / 8, as in rows. */
INLINE void pack(const float *query, size_t bytes, uint8_t *out) {
    for (size_t i = 0; i < bytes; i++) {
        uint8_t byte = 0;
        for (size_t bit = 0; bit < 8; bit++) byte |= (uint8_t)((query[8 * i + bit] > 0.5f) << bit);
        out[i] = byte;
    }
}

INLINE void range_from(const qk_rows *rows, const uint8_t *x, uint64_t first_row, size_t n, float *out) {
    const size_t bytes = row_byte_count(rows);
    const uint8_t *y = row_bytes(rows, first_row);
    for (size_t i = 0; i < n; i++, y += bytes) out[i] = (float)bits_apart(x, y, bytes);
}

INLINE void gathered_from(const qk_rows *rows, const uint8_t *x, const uint32_t *numbers, size_t n, float *out) {
    const size_t bytes = row_byte_count(rows);
    for (size_t i = 0; i < n; i++) {
        if (i + ROWS_AHEAD < n) {
            const uint8_t *ahead = row_bytes(rows, numbers[i + ROWS_AHEAD]);
            for (size_t line = 0; line < bytes; line += 64) __builtin_prefetch(ahead + line, 0, 3);
        }
        out[i] = (float)bits_apart(x, row_bytes(rows, numbers[i]), bytes);
    }
}

/* The functions of one instruction set. */
#define FUNCTIONS(NAME, TARGET)                                                                                  \
    TARGET static void range_##NAME(const qk_rows *rows, const float *query, uint64_t first_row, size_t n,      \
                                    float *out) {                                                               \
        uint8_t x[MOST_BYTES];                                                                                  \
        pack(query, row_byte_count(rows), x);                                                                   \
        range_from(rows, x, first_row, n, out);                                                                 \
    }                                                                                                           \
    TARGET static void gathered_##NAME(const qk_rows *rows, const float *query, const uint32_t *numbers,        \
                                       size_t n, float *out) {                                                  \
        uint8_t x[MOST_BYTES];                                                                                  \
        pack(query, row_byte_count(rows), x);                                                                   \
        gathered_from(rows, x, numbers, n, out);                                                                \
    }                                                                                                           \
    TARGET static void row_gathered_##NAME(const qk_rows *rows, uint64_t row, const uint32_t *numbers,          \
                                           size_t n, float *out) {                                              \
        gathered_from(rows, row_bytes(rows, row), numbers, n, out);                                             \
    }                                                                                                           \
    static const qk_binary_kernels NAME = {range_##NAME, gathered_##NAME, row_gathered_##NAME};

FUNCTIONS(portable, )
#if defined(__x86_64__)
FUNCTIONS(counting, __attribute__((target("avx2,popcnt"))))
#endif

const qk_binary_kernels *qk_binary_kernels_of(qk_simd simd) {
#if defined(__x86_64__)
    if (simd == QK_SIMD_AVX2 || simd == QK_SIMD_AVX512) return &counting;
#endif
    (void)simd;
    return &portable;
}

void qk_binary_decode(const qk_rows *rows, uint64_t row, float *out) {
    const uint8_t *bytes = row_bytes(rows, row);
    for (size_t i = 0; i < rows->dimension; i++) out[i] = (float)(bytes[i / 8] >> (i % 8) & 1);
}

void qk_pack_bits(const float *numbers, size_t n, uint8_t *out) { pack(numbers, n / 8, out); }
