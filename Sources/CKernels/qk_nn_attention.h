/* Attention within one sequence, head by head, from the same register tiles as the linear layers.
 * See qk_nn_body.h.
 *
 * For a head the keys are transposed into panels and the values copied into panels; then QK_NN_ROWS queries at
 * a time get their scores (queries x keys), softmax, and the weighted sum of the values (scores x values). No
 * more than QK_NN_ROWS rows of scores exist at once. */

#define ROUNDED(count, unit) (((count) + (unit) - 1) / (unit) * (unit))

static size_t attention_scratch(size_t row_count, size_t head_width) {
    size_t keys = ROUNDED(row_count, PANEL), width = ROUNDED(head_width, PANEL);
    return keys * head_width + row_count * width + QK_NN_ROWS * keys + QK_NN_ROWS * PANEL;
}

/* c = a * panels, `count` columns wide; only those columns of c are written, unless `filling` says that c has
 * room for whole panels. */
INLINE void product(size_t rows, const float *a, size_t a_stride, const float *panels, size_t depth,
                    size_t count, int filling, float *c, size_t c_stride, float *edge) {
    for (size_t n = 0; n < count; n += PANEL, panels += depth * PANEL) {
        size_t width = count - n < PANEL ? count - n : PANEL;
        int half = width <= QK_NN_LANES;
        const tile_function multiply = tiles[rows][half ? 0 : 1];
        if (filling || width == PANEL || width == QK_NN_LANES) {
            multiply(a, a_stride, panels, PANEL, depth, NULL, c + n, c_stride);
        } else {
            multiply(a, a_stride, panels, PANEL, depth, NULL, edge, PANEL);
            for (size_t r = 0; r < rows; r++)
                memcpy(c + r * c_stride + n, edge + r * PANEL, width * sizeof(float));
        }
    }
}

static void attention(const float *qkv, size_t qkv_stride, size_t row_count, size_t head_count,
                      size_t head_width, float scale, float *y, size_t y_stride, float *scratch) {
    const size_t width = head_count * head_width;
    const size_t score_stride = ROUNDED(row_count, PANEL);
    float *keys = scratch;
    float *values = keys + score_stride * head_width;
    float *scores = values + row_count * ROUNDED(head_width, PANEL);
    float *edge = scores + QK_NN_ROWS * score_stride;

    for (size_t head = 0; head < head_count; head++) {
        const float *q = qkv + head * head_width, *k = q + width, *v = k + width;
        for (size_t first = 0; first < row_count; first += PANEL) {
            float *panel = keys + first * head_width;
            size_t count = row_count - first < PANEL ? row_count - first : PANEL;
            for (size_t j = 0; j < count; j++)
                for (size_t d = 0; d < head_width; d++)
                    panel[d * PANEL + j] = k[(first + j) * qkv_stride + d];
            for (size_t j = count; j < PANEL; j++)
                for (size_t d = 0; d < head_width; d++) panel[d * PANEL + j] = 0;
        }
        for (size_t first = 0; first < head_width; first += PANEL) {
            float *panel = values + first * row_count;
            size_t count = head_width - first < PANEL ? head_width - first : PANEL;
            for (size_t j = 0; j < row_count; j++) {
                memcpy(panel + j * PANEL, v + j * qkv_stride + first, count * sizeof(float));
                memset(panel + j * PANEL + count, 0, (PANEL - count) * sizeof(float));
            }
        }
        for (size_t m = 0; m < row_count; m += QK_NN_ROWS) {
            size_t rows = row_count - m < QK_NN_ROWS ? row_count - m : QK_NN_ROWS;
            product(rows, q + m * qkv_stride, qkv_stride, keys, head_width, row_count, 1, scores,
                    score_stride, edge);
            for (size_t r = 0; r < rows; r++) softmax(scores + r * score_stride, row_count, scale);
            product(rows, scores, score_stride, values, row_count, head_width, 0,
                    y + m * y_stride + head * head_width, y_stride, edge);
        }
    }
}
