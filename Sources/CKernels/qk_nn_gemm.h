/* Matrix products from register tiles of QK_NN_ROWS x PANEL. See qk_nn_body.h.
 *
 * The weights are packed once, when a model is loaded; x is read where it lies. A panel (input_count x PANEL)
 * stays in the second-level cache while all rows of a block pass over it, the block's rows stay there while
 * all panels pass over them, and a tile's rows stay in the first level. */

#include <math.h>

/* Two vectors: QK_NN_ROWS broadcasts and two loads feed twice QK_NN_ROWS multiply-adds. */
#define PANEL (2 * QK_NN_LANES)

/* Rows of x that pass over the weights together: the same 252 that a batch of the encoder has. */
#define BLOCK_ROWS (252 / QK_NN_ROWS * QK_NN_ROWS)

/* c = bias + a * b: a is [rows x depth], b [depth x vectors * QK_NN_LANES], c [rows x vectors * QK_NN_LANES].
 * `rows` and `vectors` are constants where this is inlined, so that the accumulators live in registers. */
INLINE void tile(const size_t rows, const size_t vectors, const float *a, size_t a_stride,
                 const float *b, size_t b_stride, size_t depth, const float *bias, float *c,
                 size_t c_stride) {
    vf accumulators[QK_NN_ROWS][2];
    UNROLL for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++)
            accumulators[r][v] = bias ? load(bias + v * QK_NN_LANES) : splat(0);
    for (size_t k = 0; k < depth; k++) {
        vf row[2];
        UNROLL for (size_t v = 0; v < vectors; v++)
            row[v] = load(b + v * QK_NN_LANES);
        UNROLL for (size_t r = 0; r < rows; r++) {
            const float x = a[r * a_stride + k];
            UNROLL for (size_t v = 0; v < vectors; v++)
                accumulators[r][v] += x * row[v];
        }
        b += b_stride;
    }
    UNROLL for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++)
            store(c + r * c_stride + v * QK_NN_LANES, accumulators[r][v]);
}

typedef void (*tile_function)(const float *, size_t, const float *, size_t, size_t, const float *,
                              float *, size_t);

#define TILES(rows)                                                                                  \
    static void tile_##rows##_1(const float *a, size_t a_stride, const float *b, size_t b_stride,    \
                                size_t depth, const float *bias, float *c, size_t c_stride) {        \
        tile(rows, 1, a, a_stride, b, b_stride, depth, bias, c, c_stride);                           \
    }                                                                                                \
    static void tile_##rows##_2(const float *a, size_t a_stride, const float *b, size_t b_stride,    \
                                size_t depth, const float *bias, float *c, size_t c_stride) {        \
        tile(rows, 2, a, a_stride, b, b_stride, depth, bias, c, c_stride);                           \
    }
QK_NN_FOR_ROWS(TILES)

#define TILE_ENTRIES(rows) [rows] = {tile_##rows##_1, tile_##rows##_2},
static const tile_function tiles[QK_NN_ROWS + 1][2] = {QK_NN_FOR_ROWS(TILE_ENTRIES)};

static void pack(const float *weights, size_t output_count, size_t input_count, float *packed) {
    for (size_t first = 0; first < output_count; first += PANEL) {
        size_t width = output_count - first < PANEL ? output_count - first : PANEL;
        for (size_t k = 0; k < input_count; k++) {
            for (size_t n = 0; n < width; n++) packed[n] = weights[(first + n) * input_count + k];
            for (size_t n = width; n < PANEL; n++) packed[n] = 0;
            packed += PANEL;
        }
    }
}

INLINE void activate_each(float *y, size_t y_stride, size_t rows, size_t width, const int activation) {
    for (size_t r = 0; r < rows; r++, y += y_stride) {
        size_t n = 0;
        for (; n + QK_NN_LANES <= width; n += QK_NN_LANES) store(y + n, activated(load(y + n), activation));
        if (n < width) store_some(y + n, width - n, activated(load_some(y + n, width - n, 0), activation));
    }
}

static void activate(float *y, size_t y_stride, size_t rows, size_t width, int activation) {
    switch (activation) {
    case QK_NN_RELU: return activate_each(y, y_stride, rows, width, QK_NN_RELU);
    case QK_NN_GELU: return activate_each(y, y_stride, rows, width, QK_NN_GELU);
    case QK_NN_GELU_TANH: return activate_each(y, y_stride, rows, width, QK_NN_GELU_TANH);
    default: return;
    }
}

static void linear(const float *x, size_t x_stride, size_t row_count, const float *packed,
                   const float *bias, size_t input_count, size_t output_count, int activation,
                   float *y, size_t y_stride) {
    float edge[QK_NN_ROWS * PANEL];
    for (size_t block = 0; block < row_count; block += BLOCK_ROWS) {
        size_t end = row_count - block < BLOCK_ROWS ? row_count : block + BLOCK_ROWS;
        for (size_t n = 0; n < output_count; n += PANEL) {
            size_t width = output_count - n < PANEL ? output_count - n : PANEL;
            for (size_t m = block; m < end; m += QK_NN_ROWS) {
                size_t rows = end - m < QK_NN_ROWS ? end - m : QK_NN_ROWS;
                const float *a = x + m * x_stride;
                float *c = y + m * y_stride + n;
                if (width == PANEL) {
                    tiles[rows][1](a, x_stride, packed + n * input_count, PANEL, input_count,
                                   bias + n, c, y_stride);
                } else {
                    tiles[rows][1](a, x_stride, packed + n * input_count, PANEL, input_count,
                                   bias + n, edge, PANEL);
                    for (size_t r = 0; r < rows; r++)
                        memcpy(c + r * y_stride, edge + r * PANEL, width * sizeof(float));
                }
                activate(c, y_stride, rows, width, activation);
            }
        }
    }
}
