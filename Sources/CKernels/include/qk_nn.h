#ifndef QK_NN_H
#define QK_NN_H

#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"

/* The float32 loops of a transformer's forward pass, once per instruction set.
 *
 * Matrices are row-major; a stride is the distance between the starts of two rows, in floats. No pointer
 * needs an alignment. Nothing here allocates, starts a thread or checks its arguments: the caller does.
 *
 * A row of a result depends on that row of the input alone, bit for bit, never on how many rows came with
 * it: every product is summed in the order of its inner dimension. Two instruction sets differ in the last
 * bits. */

/* What `linear` applies to its result. */
#define QK_NN_IDENTITY 0
#define QK_NN_RELU 1
#define QK_NN_GELU 2      /* x * (1 + erf(x / sqrt(2))) / 2 */
#define QK_NN_GELU_TANH 3 /* Hendrycks and Gimpel's approximation of it by tanh */

typedef struct qk_nn_kernels {
    /* "AVX-512", "AVX2" or "portable". */
    const char *name;

    /* `pack` writes the weights of a linear layer, [output_count x input_count], as `linear` reads them:
     * panels of panel_width outputs, [panel][input][output in panel], the last one filled up with zeros.
     * `packed` holds input_count * (output_count rounded up to a multiple of panel_width) floats. */
    size_t panel_width;
    void (*pack)(const float *weights, size_t output_count, size_t input_count, float *packed);

    /* y = activation(x * weights^T + bias): x is [row_count x input_count], y [row_count x output_count].
     * `bias` holds as many floats as the packed panels have outputs, zeros in the filling. */
    void (*linear)(const float *x, size_t x_stride, size_t row_count, const float *packed,
                   const float *bias, size_t input_count, size_t output_count, int activation,
                   float *y, size_t y_stride);

    /* y = (z - mean(z)) / sqrt(variance(z) + epsilon) * gain + bias for each row z of x, or of x + residual
     * where `residual` is not NULL. y may be x or residual. */
    void (*layer_norm)(const float *x, size_t x_stride, const float *residual, size_t residual_stride,
                       size_t row_count, size_t width, const float *gain, const float *bias,
                       float epsilon, float *y, size_t y_stride);

    /* softmax(q k^T * scale) v for every head of one sequence of `row_count` tokens. A row of `qkv` holds
     * the token's queries, then its keys, then its values, each head_count * head_width wide.
     * `scratch` holds attention_scratch(row_count, head_width) floats: linear in row_count. */
    void (*attention)(const float *qkv, size_t qkv_stride, size_t row_count, size_t head_count,
                      size_t head_width, float scale, float *y, size_t y_stride, float *scratch);
    size_t (*attention_scratch)(size_t row_count, size_t head_width);
} qk_nn_kernels;

/* The kernels for the instruction set in use (qk_simd_in_use). */
const qk_nn_kernels *qk_nn_best(void);

/* The kernels for one instruction set; NULL where there are none or this processor lacks it. */
const qk_nn_kernels *qk_nn_at(qk_simd simd);

#endif
