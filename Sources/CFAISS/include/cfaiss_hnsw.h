#ifndef CFAISS_HNSW_H
#define CFAISS_HNSW_H

#include "CKernels.h"
#include "cfaiss_error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A finished HNSW graph, FAISS's own structure, without the rows it was built over. */
typedef struct cfaiss_hnsw cfaiss_hnsw;

#define CFAISS_HNSW_M 512

typedef struct cfaiss_hnsw_settings {
    int M;               /* links a row on each upper level; twice as many on level 0. 2 … CFAISS_HNSW_M */
    int ef_construction; /* candidates kept while a row's links are chosen; 1 … 65,536 */
    uint32_t seed;       /* of the levels and of the order of insertion */
    int thread_count;    /* the calling thread among them; they end with the call */
} cfaiss_hnsw_settings;

/* Called every CFAISS_HNSW_BATCH rows and at the end, on the calling thread. Nonzero stops the build. */
#define CFAISS_HNSW_BATCH 1024
typedef int (*cfaiss_progress)(void *context, uint64_t rows_done);

/* Builds a graph over borrowed rows: the same rows and settings give the same graph, on any number of
 * threads. `progress` may be NULL. Under CFAISS_NOT_FINITE `*bad_row` is the first such row.
 * At most 2^31 - 1 rows of 1 … 65,536 numbers. */
cfaiss_status cfaiss_hnsw_build(
    const qk_rows *rows, cfaiss_hnsw_settings settings,
    cfaiss_progress progress, void *context,
    uint64_t *bad_row, cfaiss_hnsw **out);

void cfaiss_hnsw_destroy(cfaiss_hnsw *graph);

/* The graph's arrays, borrowed from it; those of an empty graph for NULL.
 *
 * Row r is on levels 0 … levels[r] - 1. Its links on level l are
 *     neighbors[offsets[r] + level_starts[l]] … neighbors[offsets[r] + level_starts[l + 1] - 1],
 * padded at the end with -1. */
typedef struct cfaiss_hnsw_arrays {
    const int32_t *levels;       /* row_count */
    const uint64_t *offsets;     /* row_count + 1 */
    const int32_t *neighbors;    /* neighbor_count = offsets[row_count] */
    const int32_t *level_starts; /* level_start_count */
    uint64_t row_count;
    uint64_t neighbor_count;
    uint64_t level_start_count;
    int32_t entry_point; /* a row of the highest level; -1 in an empty graph */
    int32_t max_level;   /* -1 in an empty graph */
} cfaiss_hnsw_arrays;

cfaiss_hnsw_arrays cfaiss_hnsw_get_arrays(const cfaiss_hnsw *graph);

/* Whether a graph over `rows`, which are float32, may be walked over `sketches` of them: int8 rows, each of which says how
 * its row lies about `origin` (under QK_COSINE how the row at length 1 does, and the sketches' metric is QK_INNER_PRODUCT).
 * Some rows are looked for among others either way; it may where nearly all of the nearest are among the first found. */
cfaiss_status cfaiss_are_sketches_faithful(
    const qk_rows *rows, const qk_rows *sketches, const float *origin, int *are_faithful);

#ifdef __cplusplus
}
#endif

#endif
