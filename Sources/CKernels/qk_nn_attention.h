/* Attention within one sequence, head by head, from the same register tiles as the linear layers.
 * See qk_nn_body.h.
 *
 * For a head the keys are transposed into panels and the values copied into panels; then QK_NN_ROWS queries at
 * a time get their scores (queries x keys), softmax, and the weighted sum of the values (scores x values). No
 * more than QK_NN_ROWS rows of scores exist at once. */

static size_t attention_scratch(size_t row_count, size_t head_width) {
    size_t keys = ROUNDED(row_count, PANEL), width = ROUNDED(head_width, PANEL);
    return keys * head_width + row_count * width + QK_NN_ROWS * keys + QK_NN_ROWS * PANEL;
}

/* panel[d][j] = rows[j][d]. Columns past `count` hold anything: what is computed from them is never read. */
INLINE void transpose(const float *rows, size_t stride, size_t count, size_t width, float *panel) {
    typedef float v4 __attribute__((ext_vector_type(4)));
    for (size_t j = 0; j < count; j += 4) {
        const float *row[4];
        UNROLL for (size_t i = 0; i < 4; i++) row[i] = rows + (j + i < count ? j + i : count - 1) * stride;
        size_t d = 0;
        for (; d + 4 <= width; d += 4) {
            v4 a[4];
            UNROLL for (size_t i = 0; i < 4; i++) memcpy(&a[i], row[i] + d, sizeof a[i]);
            v4 low01 = __builtin_shufflevector(a[0], a[1], 0, 4, 1, 5);
            v4 low23 = __builtin_shufflevector(a[2], a[3], 0, 4, 1, 5);
            v4 high01 = __builtin_shufflevector(a[0], a[1], 2, 6, 3, 7);
            v4 high23 = __builtin_shufflevector(a[2], a[3], 2, 6, 3, 7);
            a[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
            a[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
            a[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
            a[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
            UNROLL for (size_t i = 0; i < 4; i++) memcpy(panel + (d + i) * PANEL + j, &a[i], sizeof a[i]);
        }
        for (; d < width; d++)
            UNROLL for (size_t i = 0; i < 4; i++) panel[d * PANEL + j + i] = row[i][d];
    }
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
            transpose(k + first * qkv_stride, qkv_stride, count, head_width, panel);
        }
        for (size_t first = 0; first < head_width; first += PANEL) {
            float *panel = values + first * row_count;
            size_t count = head_width - first < PANEL ? head_width - first : PANEL;
            for (size_t j = 0; j < row_count; j++, panel += PANEL) {
                const float *row = v + j * qkv_stride + first;
                if (count == PANEL) {
                    store(panel, load(row));
                    store(panel + QK_NN_LANES, load(row + QK_NN_LANES));
                } else {
                    for (size_t d = 0; d < PANEL; d++) panel[d] = d < count ? row[d] : 0;
                }
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
