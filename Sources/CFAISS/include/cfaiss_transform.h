#ifndef CFAISS_TRANSFORM_H
#define CFAISS_TRANSFORM_H

#include "cfaiss_error.h"
#include "cfaiss_work.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any faiss::VectorTransform. Functions that take it `const` may run at the same time as each other. */
typedef struct cfaiss_transform cfaiss_transform;

typedef struct cfaiss_transform_info {
    int32_t input_dimension;
    int32_t output_dimension;
    int32_t is_trained;
    int32_t is_reversible;
} cfaiss_transform_info;

/* `factory` is one transform, as it stands in a factory string, that has passed the grammar. */
cfaiss_status cfaiss_transform_create(int dimension, const char *factory, cfaiss_transform **out);
void cfaiss_transform_destroy(cfaiss_transform *transform);
cfaiss_status cfaiss_transform_describe(const cfaiss_transform *transform, cfaiss_transform_info *out);

/* As cfaiss_index_factory: of the transform before `Flat`. */
cfaiss_status cfaiss_transform_factory(const cfaiss_transform *transform, char *out, size_t capacity);

/* `rows` is [n × input_dimension]; OPQ is trained with at least as many as dimensions. */
cfaiss_status cfaiss_transform_train(
    cfaiss_transform *transform, int64_t n, const float *rows, int thread_count);
cfaiss_status cfaiss_transform_apply(
    const cfaiss_transform *transform, int64_t n, const float *rows, float *transformed);
/* CFAISS_UNSUPPORTED if it cannot be undone. */
cfaiss_status cfaiss_transform_reverse(
    const cfaiss_transform *transform, int64_t n, const float *transformed, float *rows);

#ifdef __cplusplus
}
#endif

#endif
