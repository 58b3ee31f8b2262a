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

static void softmax(float *x, size_t count, float scale) {
    const size_t whole = count / QK_NN_LANES * QK_NN_LANES, rest = count - whole;
    vf high = splat(-INFINITY);
    for (size_t i = 0; i < whole; i += QK_NN_LANES) high = larger(high, load(x + i) * scale);
    if (rest) high = larger(high, load_some(x + whole, rest, x[0]) * scale);
    const float top = largest(high);
    vf total = splat(0);
    for (size_t i = 0; i < whole; i += QK_NN_LANES) {
        vf e = exponential(load(x + i) * scale - top);
        store(x + i, e);
        total += e;
    }
    float tail = 0;
    if (rest) {
        float last[QK_NN_LANES];
        store(last, exponential(load_some(x + whole, rest, 0) * scale - top));
        for (size_t i = 0; i < rest; i++) {
            x[whole + i] = last[i];
            tail += last[i];
        }
    }
    const float inverse = 1.0f / (sum(total) + tail);
    for (size_t i = 0; i < whole; i += QK_NN_LANES) store(x + i, load(x + i) * inverse);
    for (size_t i = whole; i < count; i++) x[i] *= inverse;
}

static void activate(float *x, size_t count, int activation) {
    activate_rows(x, 0, 1, count, activation);
}
