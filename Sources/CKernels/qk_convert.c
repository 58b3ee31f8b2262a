#include "qk_convert.h"

#include <math.h>
#include <string.h>

#include "qk_float16.h"

float qk_norm(const float *x, size_t n) {
    /* Eight sums in a fixed order: wide enough to vectorise, the same everywhere. */
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            double value = x[i + j];
            sums[j] += value * value;
        }
    }
    for (; i < n; i++) sums[i % 8] += (double)x[i] * x[i];
    double sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    return (float)sqrt(sum);
}

bool qk_all_finite(const float *x, size_t n, size_t *first_bad) {
    for (size_t start = 0; start < n; start += 256) {
        size_t end = n - start < 256 ? n : start + 256;
        uint32_t bad = 0;
        for (size_t i = start; i < end; i++) {
            uint32_t bits;
            memcpy(&bits, x + i, sizeof bits);
            bad |= (bits & 0x7f800000u) == 0x7f800000u;
        }
        if (!bad) continue;
        for (size_t i = start; i < end; i++) {
            if (!isfinite(x[i])) {
                *first_bad = i;
                return false;
            }
        }
    }
    return true;
}

void qk_float32_to_float16(const float *x, uint16_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = qk_float_to_half(x[i]);
}

void qk_float16_to_float32(const uint16_t *x, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = qk_half_to_float(x[i]);
}

void qk_quantize_int8(const float *row, size_t n, int8_t *out, float *scale) {
    float largest = 0;
    for (size_t i = 0; i < n; i++) {
        float magnitude = fabsf(row[i]);
        largest = magnitude > largest ? magnitude : largest;
    }
    float step = largest / 127.0f;
    *scale = step;
    if (step == 0) {
        memset(out, 0, n);
        return;
    }
    /* Divided, not multiplied by the inverse, which may overflow when the step is subnormal. Adding
     * 1.5 * 2^23 and taking it off again rounds as rintf does, which is a call that nothing vectorises. */
    const float rounding = 0x1.8p23f;
    for (size_t i = 0; i < n; i++) {
        float steps = (row[i] / step + rounding) - rounding;
        steps = steps > 127.0f ? 127.0f : steps < -127.0f ? -127.0f : steps;
        out[i] = (int8_t)steps;
    }
}
