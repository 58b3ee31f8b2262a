#ifndef QK_CONVERT_H
#define QK_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is done to a row once, when it is stored. The results are the same on every machine. */

/* The Euclidean norm, summed in double precision. Infinite where it is beyond float32. */
float qk_norm(const float *x, size_t n);

/* Whether every number is finite. If not, `*first_bad` is the place of the first that is not. */
bool qk_all_finite(const float *x, size_t n, size_t *first_bad);

/* IEEE binary32 to binary16, to nearest, ties to even. From 65520 on a number becomes an infinity. */
void qk_float32_to_float16(const float *x, uint16_t *out, size_t n);

/* IEEE binary16 to binary32, exact. */
void qk_float16_to_float32(const uint16_t *x, float *out, size_t n);

/* A row as `n` numbers in -127...127 times one factor: the largest magnitude over 127, each number to the
 * nearest step, ties to even. A row of zeros, or too small for a factor, gives zeros and the factor 0. */
void qk_quantize_int8(const float *row, size_t n, int8_t *out, float *scale);

#ifdef __cplusplus
}
#endif

#endif
