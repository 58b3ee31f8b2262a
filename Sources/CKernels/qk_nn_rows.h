/* What happens to a row by itself: layer normalisation, softmax, activation. See qk_nn_body.h. */

static void layer_norm(const float *x, size_t x_stride, const float *residual, size_t residual_stride,
                       size_t row_count, size_t width, const float *gain, const float *bias,
                       float epsilon, float *y, size_t y_stride) {
    const size_t whole = width / QK_NN_LANES * QK_NN_LANES, rest = width - whole;
    for (size_t row = 0; row < row_count; row++) {
        vf total = splat(0);
        for (size_t i = 0; i < whole; i += QK_NN_LANES) {
            vf z = load(x + i);
            if (residual) z += load(residual + i);
            store(y + i, z);
            total += z;
        }
        if (rest) {
            vf z = load_some(x + whole, rest, 0);
            if (residual) z += load_some(residual + whole, rest, 0);
            store_some(y + whole, rest, z);
            total += z;
        }
        const float mean = sum(total) / (float)width;
        /* The squares of the differences, not the difference of the squares, which cancels. */
        vf squares = splat(0);
        for (size_t i = 0; i < whole; i += QK_NN_LANES) {
            vf d = load(y + i) - mean;
            squares += d * d;
        }
        if (rest) {
            vf d = load_some(y + whole, rest, mean) - mean;
            squares += d * d;
        }
        const float scale = 1.0f / sqrtf(sum(squares) / (float)width + epsilon);
        for (size_t i = 0; i < whole; i += QK_NN_LANES)
            store(y + i, (load(y + i) - mean) * scale * load(gain + i) + load(bias + i));
        for (size_t i = whole; i < width; i++) y[i] = (y[i] - mean) * scale * gain[i] + bias[i];
        x += x_stride;
        y += y_stride;
        if (residual) residual += residual_stride;
    }
}

/* Softmax of `count` floats times `scale`, where x has room for a whole number of vectors, whose filling this
 * overwrites. */
INLINE void softmax(float *x, size_t count, float scale) {
    const size_t end = ROUNDED(count, QK_NN_LANES);
    for (size_t i = count; i < end; i++) x[i] = -INFINITY;
    vf high = load(x);
    for (size_t i = QK_NN_LANES; i < end; i += QK_NN_LANES) high = larger(high, load(x + i));
    const vf top = largest_all(high) * scale;
    vf total = splat(0);
    for (size_t i = 0; i < end; i += QK_NN_LANES) {
        /* The filling adds e^-87 a lane, far below the last bit of a sum that is at least 1. */
        vf e = exponential(load(x + i) * scale - top);
        store(x + i, e);
        total += e;
    }
    const vf inverse = 1.0f / sum_all(total);
    for (size_t i = 0; i < end; i += QK_NN_LANES) store(x + i, load(x + i) * inverse);
}
