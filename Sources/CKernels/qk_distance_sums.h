/* The sums behind every distance, in an instruction set's words. A file that includes this has defined
 *
 *   QK_TARGET  its target attribute, or nothing
 *   LANES      how many numbers a `floats` holds
 *   floats     zero, splat, add, subtract; multiply_add (a * b + c) and multiply_subtract (c - a * b), each
 *              with one rounding where the processor can; total, the sum of all lanes, and totals, those of
 *              four, which add in the same order
 *   load_float32, load_float16, load_int8 and …_part: LANES numbers, or the `left` first ones and zeros;
 *              nothing is read beyond them
 *   ROWS       how many rows are summed at once with one operand: as many as registers hold four sums of
 *   TILE_QUERIES  how many queries are summed at once with four rows, one sum of each pair in a register
 *
 * A product's sum has one order, whichever function below makes it: four sums a, b, c, d of every fourth
 * vector, the vectors after the last whole four to a, the last part to b, and then (a + b) + (c + d). That
 * is what makes a row's distance the same from each entry point. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE QK_TARGET static inline __attribute__((always_inline))

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* What is summed: known where a function is called, so that only one of the branches below is compiled. */
typedef struct sum_kind {
    bool squares; /* of the differences; else the products */
    uint8_t x;    /* the operand's storage */
    uint8_t y;    /* the rows' storage */
} sum_kind;

INLINE floats load(uint8_t storage, const void *numbers, size_t i) {
    switch (storage) {
    case QK_FLOAT32: return load_float32((const float *)numbers + i);
    case QK_FLOAT16: return load_float16((const uint16_t *)numbers + i);
    default: return load_int8((const int8_t *)numbers + i);
    }
}

INLINE floats load_part(uint8_t storage, const void *numbers, size_t i, size_t left) {
    switch (storage) {
    case QK_FLOAT32: return load_float32_part((const float *)numbers + i, left);
    case QK_FLOAT16: return load_float16_part((const uint16_t *)numbers + i, left);
    default: return load_int8_part((const int8_t *)numbers + i, left);
    }
}

/* One vector's terms. `scale` is of QK_INT8 rows, whose products are scaled at the end instead. */
INLINE floats plus_terms(sum_kind kind, floats sum, floats x, floats y, floats scale) {
    if (!kind.squares) return multiply_add(x, y, sum);
    floats difference = kind.y == QK_INT8 ? multiply_subtract(scale, y, x) : subtract(x, y);
    return multiply_add(difference, difference, sum);
}

/* One operand and `count` rows (1 or ROWS), each with its four sums at once. While a row is read, the line
 * of the place `ahead` that goes with it is asked for. */
INLINE void sum_rows(sum_kind kind, const size_t count, const void *x, const char *const *y,
                     const char *const *ahead, const float *scales, size_t n, float *sums) {
    floats s[ROWS][4], scale[ROWS];
    const size_t bytes = kind.y == QK_FLOAT32 ? 4 : kind.y == QK_FLOAT16 ? 2 : 1;
    UNROLL for (size_t r = 0; r < count; r++) {
        scale[r] = splat(scales[r]);
        UNROLL for (size_t j = 0; j < 4; j++) s[r][j] = zero();
    }
    size_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        UNROLL for (size_t j = 0; j < 4; j++) {
            const floats of_x = load(kind.x, x, i + j * LANES);
            UNROLL for (size_t r = 0; r < count; r++) {
                if (ahead != NULL && j * LANES * bytes % 64 == 0) {
                    __builtin_prefetch(ahead[r] + (i + j * LANES) * bytes, 0, 3);
                }
                s[r][j] = plus_terms(kind, s[r][j], of_x, load(kind.y, y[r], i + j * LANES), scale[r]);
            }
        }
    }
    if (ahead != NULL) {
        for (size_t line = i * bytes; line < n * bytes; line += 64) {
            UNROLL for (size_t r = 0; r < count; r++) __builtin_prefetch(ahead[r] + line, 0, 3);
        }
    }
    for (; i + LANES <= n; i += LANES) {
        const floats of_x = load(kind.x, x, i);
        UNROLL for (size_t r = 0; r < count; r++) {
            s[r][0] = plus_terms(kind, s[r][0], of_x, load(kind.y, y[r], i), scale[r]);
        }
    }
    if (i < n) {
        const floats of_x = load_part(kind.x, x, i, n - i);
        UNROLL for (size_t r = 0; r < count; r++) {
            s[r][1] = plus_terms(kind, s[r][1], of_x, load_part(kind.y, y[r], i, n - i), scale[r]);
        }
    }
    floats whole[4];
    UNROLL for (size_t r = 0; r < count; r++) {
        whole[r] = add(add(s[r][0], s[r][1]), add(s[r][2], s[r][3]));
    }
    if (count == 4) {
        totals(whole[0], whole[1], whole[2], whole[3], sums);
    } else {
        UNROLL for (size_t r = 0; r < count; r++) sums[r] = total(whole[r]);
    }
    if (!kind.squares && kind.y == QK_INT8) {
        UNROLL for (size_t r = 0; r < count; r++) sums[r] *= scales[r];
    }
}

/* The terms of one vector, from number `i` on, or of its `left` first lanes, in a tile's sums. */
INLINE void plus_tile(sum_kind kind, const float *const *x, const char *const *y, const floats *scale,
                      size_t i, size_t left, floats s[TILE_QUERIES][4]) {
    floats of_y[4];
    UNROLL for (size_t r = 0; r < 4; r++) {
        of_y[r] = left == LANES ? load(kind.y, y[r], i) : load_part(kind.y, y[r], i, left);
    }
    UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
        const floats of_x = left == LANES ? load_float32(x[q] + i) : load_float32_part(x[q] + i, left);
        UNROLL for (size_t r = 0; r < 4; r++) {
            s[q][r] = plus_terms(kind, s[q][r], of_x, of_y[r], scale[r]);
        }
    }
}

/* TILE_QUERIES queries and four rows, one of a pair's four sums in a register at a time: the rows, which are
 * in the nearest cache, are gone over once for each. `sums` is [TILE_QUERIES x 4]. */
INLINE void sum_tile(sum_kind kind, const float *const *x, const char *const *y, const float *scales,
                     size_t n, float *sums) {
    floats parts[4][TILE_QUERIES][4], scale[4];
    const size_t whole = n / (4 * LANES) * (4 * LANES);
    UNROLL for (size_t r = 0; r < 4; r++) scale[r] = splat(scales[r]);
    for (size_t pass = 0; pass < 4; pass++) {
        floats s[TILE_QUERIES][4];
        UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
            UNROLL for (size_t r = 0; r < 4; r++) s[q][r] = zero();
        }
        for (size_t i = pass * LANES; i < whole; i += 4 * LANES) {
            plus_tile(kind, x, y, scale, i, LANES, s);
        }
        UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
            UNROLL for (size_t r = 0; r < 4; r++) parts[pass][q][r] = s[q][r];
        }
    }
    size_t i = whole;
    for (; i + LANES <= n; i += LANES) plus_tile(kind, x, y, scale, i, LANES, parts[0]);
    if (i < n) plus_tile(kind, x, y, scale, i, n - i, parts[1]);
    UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
        floats whole_sums[4];
        UNROLL for (size_t r = 0; r < 4; r++) {
            whole_sums[r] = add(add(parts[0][q][r], parts[1][q][r]), add(parts[2][q][r], parts[3][q][r]));
        }
        totals(whole_sums[0], whole_sums[1], whole_sums[2], whole_sums[3], sums + 4 * q);
        if (!kind.squares && kind.y == QK_INT8) {
            UNROLL for (size_t r = 0; r < 4; r++) sums[4 * q + r] *= scales[r];
        }
    }
}
