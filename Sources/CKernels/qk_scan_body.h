/* The kernels of qk_scan.h for one instruction set. A file that includes this defines
 *   QK_SCAN_LANES        floats in a vector register
 *   QK_SCAN_ROWS         rows of a register tile, so that 2 * QK_SCAN_ROWS sums, the two vectors of a panel's
 *                        row and one broadcast fit in the registers
 *   QK_SCAN_FOR_ROWS(X)  X(1) ... X(QK_SCAN_ROWS)
 *   QK_SCAN_TABLE        the name of the qk_scan_kernels to define
 * and sets the target attributes around the inclusion.
 *
 * Queries lie across the lanes and rows are broadcast from where they lie, so nothing of the many rows is packed. A
 * panel passes over all rows of a block, which stay in the second-level cache with it; meanwhile the next
 * block is on its way from memory. */

#include "include/qk_scan.h"

#include <stdint.h>
#include <string.h>

#define PANEL (2 * QK_SCAN_LANES)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

/* Floats in a cache line: a row's numbers come that many at a time. */
#define LINE 16

typedef float vf __attribute__((ext_vector_type(QK_SCAN_LANES)));
typedef int32_t vi __attribute__((ext_vector_type(QK_SCAN_LANES)));

INLINE vf load(const float *from) {
    vf v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void store(float *to, vf v) { memcpy(to, &v, sizeof v); }

INLINE vf splat(float x) {
    vf zero = {0};
    return zero + x;
}

/* What a tile asks for in passing: `step` lines every LINE numbers of its depth. */
typedef struct ahead {
    const char *next;
    const char *end;
    size_t step;
} ahead;

INLINE void ask(ahead *a) {
    for (size_t i = 0; i < a->step && a->next < a->end; i++, a->next += 64) __builtin_prefetch(a->next, 0, 2);
}

/* The dot products of `rows` rows and `vectors` * QK_SCAN_LANES queries of a panel, to [rows][PANEL].
 * `rows` and `vectors` are constants where this is inlined, so that the sums live in registers. */
INLINE void tile(const size_t rows, const size_t vectors, const float *x, size_t stride, const float *panel,
                 size_t depth, ahead *later, float *products) {
    vf sums[QK_SCAN_ROWS][2];
    UNROLL for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++) sums[r][v] = splat(0);
    size_t k = 0;
    while (k < depth) {
        ask(later);
        const size_t end = depth - k < LINE ? depth : k + LINE;
        for (; k < end; k++) {
            vf queries[2];
            UNROLL for (size_t v = 0; v < vectors; v++) queries[v] = load(panel + k * PANEL + v * QK_SCAN_LANES);
            UNROLL for (size_t r = 0; r < rows; r++) {
                const float number = x[r * stride + k];
                UNROLL for (size_t v = 0; v < vectors; v++) sums[r][v] += number * queries[v];
            }
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++)
            store(products + r * PANEL + v * QK_SCAN_LANES, sums[r][v]);
}

typedef void (*tile_function)(const float *, size_t, const float *, size_t, ahead *, float *);

#define TILES(rows)                                                                                     \
    static void tile_##rows##_1(const float *x, size_t stride, const float *panel, size_t depth,        \
                                ahead *later, float *products) {                                        \
        tile(rows, 1, x, stride, panel, depth, later, products);                                        \
    }                                                                                                   \
    static void tile_##rows##_2(const float *x, size_t stride, const float *panel, size_t depth,        \
                                ahead *later, float *products) {                                        \
        tile(rows, 2, x, stride, panel, depth, later, products);                                        \
    }
QK_SCAN_FOR_ROWS(TILES)

#define TILE_ENTRIES(rows) [rows] = {tile_##rows##_1, tile_##rows##_2},
static const tile_function tiles[QK_SCAN_ROWS + 1][2] = {QK_SCAN_FOR_ROWS(TILE_ENTRIES)};

static void pack(const float *queries, size_t count, size_t dimension, float *panel) {
    for (size_t k = 0; k < dimension; k++) {
        for (size_t n = 0; n < count; n++) panel[k * PANEL + n] = queries[n * dimension + k];
        for (size_t n = count; n < PANEL; n++) panel[k * PANEL + n] = 0;
    }
}

static void half_norms(const float *rows, size_t stride, size_t count, size_t dimension, float *out) {
    for (size_t r = 0; r < count; r++) {
        const float *x = rows + r * stride;
        vf a = splat(0), b = a, c = a, d = a;
        size_t k = 0;
        for (; k + 4 * QK_SCAN_LANES <= dimension; k += 4 * QK_SCAN_LANES) {
            vf w = load(x + k), y = load(x + k + QK_SCAN_LANES);
            vf z = load(x + k + 2 * QK_SCAN_LANES), u = load(x + k + 3 * QK_SCAN_LANES);
            a += w * w;
            b += y * y;
            c += z * z;
            d += u * u;
        }
        a = (a + b) + (c + d);
        float sum = 0;
        for (size_t i = 0; i < QK_SCAN_LANES; i++) sum += a[i];
        for (; k < dimension; k++) sum += x[k] * x[k];
        out[r] = sum / 2;
    }
}

INLINE ahead ahead_of(const qk_scan_block *block, size_t dimension) {
    const size_t tile_count = (block->count + QK_SCAN_ROWS - 1) / QK_SCAN_ROWS;
    const size_t asks = tile_count * ((dimension + LINE - 1) / LINE);
    const char *start = block->ahead;
    ahead a = {start, start, 0};
    if (start != NULL && asks > 0) {
        a.end = start + block->ahead_byte_count;
        a.step = (block->ahead_byte_count / 64 + asks) / asks;
    }
    return a;
}

static size_t reaching(const qk_scan_block *block, const float *panel, size_t count, size_t dimension,
                       const float *limits, qk_scan_hit *hits) {
    const size_t vectors = count > QK_SCAN_LANES ? 2 : 1;
    float products[QK_SCAN_ROWS * PANEL];
    float reach[PANEL];
    for (size_t n = 0; n < PANEL; n++) reach[n] = n < count ? limits[n] : __builtin_inff();
    ahead later = ahead_of(block, dimension);
    size_t found = 0;
    for (size_t first = 0; first < block->count; first += QK_SCAN_ROWS) {
        const size_t rows = block->count - first < QK_SCAN_ROWS ? block->count - first : QK_SCAN_ROWS;
        tiles[rows][vectors - 1](block->rows + first * block->stride, block->stride, panel, dimension, &later,
                                 products);
        const float *offsets = block->offsets + first;
        vi below = ~(vi){0};
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++) {
                const size_t place = v * QK_SCAN_LANES;
                below &= load(products + r * PANEL + place) - splat(offsets[r]) < load(reach + place);
            }
        if (__builtin_expect(__builtin_reduce_and(below) == -1, 1)) continue;
        for (size_t r = 0; r < rows; r++)
            for (size_t n = 0; n < count; n++)
                if (!(products[r * PANEL + n] - offsets[r] < reach[n]))
                    hits[found++] = (qk_scan_hit){(uint32_t)n, (uint32_t)(first + r)};
    }
    return found;
}

static void largest(const qk_scan_block *block, const float *panel, size_t count, size_t dimension,
                    uint32_t first_row, float *values, uint32_t *rows_out) {
    const size_t vectors = count > QK_SCAN_LANES ? 2 : 1;
    float products[QK_SCAN_ROWS * PANEL];
    vf best[2];
    vi best_row[2];
    float value[PANEL];
    int32_t row[PANEL];
    for (size_t n = 0; n < PANEL; n++) {
        value[n] = n < count ? values[n] : 0;
        row[n] = n < count ? (int32_t)rows_out[n] : 0;
    }
    memcpy(best, value, sizeof best);
    memcpy(best_row, row, sizeof best_row);
    ahead later = ahead_of(block, dimension);
    for (size_t first = 0; first < block->count; first += QK_SCAN_ROWS) {
        const size_t rows = block->count - first < QK_SCAN_ROWS ? block->count - first : QK_SCAN_ROWS;
        tiles[rows][vectors - 1](block->rows + first * block->stride, block->stride, panel, dimension, &later,
                                 products);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++) {
                const vf x = load(products + r * PANEL + v * QK_SCAN_LANES) - splat(block->offsets[first + r]);
                const vi larger = x > best[v];
                const vi number = (vi){0} + (int32_t)(first_row + first + r);
                best[v] = larger ? x : best[v];
                best_row[v] = larger ? number : best_row[v];
            }
    }
    memcpy(value, best, sizeof best);
    memcpy(row, best_row, sizeof best_row);
    for (size_t n = 0; n < count; n++) {
        values[n] = value[n];
        rows_out[n] = (uint32_t)row[n];
    }
}

const qk_scan_kernels QK_SCAN_TABLE = {
    .panel_width = PANEL,
    .tile_rows = QK_SCAN_ROWS,
    .pack = pack,
    .half_norms = half_norms,
    .reaching = reaching,
    .largest = largest,
};
