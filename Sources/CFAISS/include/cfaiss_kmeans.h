#ifndef CFAISS_KMEANS_H
#define CFAISS_KMEANS_H

#include "cfaiss_error.h"
#include "cfaiss_work.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cfaiss_kmeans_settings {
    int dimension;      /* 1 … 65,536 */
    int centroid_count; /* at least 1, at most the number of rows */
    int iteration_count;
    int redo_count; /* runs from other starts, of which the best is kept; at least 1 */
    int seed;
    int is_spherical;              /* centroids of norm 1, rows assigned by dot product */
    int rows_per_centroid; /* at most; more rows are sampled. At least 1 */
} cfaiss_kmeans_settings;

/* Lloyd's k-means. `rows` is [n × dimension], `centroids` [centroid_count × dimension]. `objectives` is
 * [iteration_count × redo_count] and gets the sum of squared distances (dot products if spherical) after each
 * iteration; `*objective_count` says how many there were. */
cfaiss_status cfaiss_kmeans_train(
    cfaiss_kmeans_settings settings, int64_t n, const float *rows, cfaiss_work work,
    float *centroids, float *objectives, int *objective_count);

/* The centroid to which each row belongs: the nearest, or that of the largest dot product if spherical; of equals the
 * first. Of `settings` the dimension, the number of centroids and whether they are spherical are looked at. */
cfaiss_status cfaiss_kmeans_assign(
    cfaiss_kmeans_settings settings, const float *centroids, int64_t n, const float *rows, int thread_count,
    int32_t *assigned);

#ifdef __cplusplus
}
#endif

#endif
