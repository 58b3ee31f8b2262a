#ifndef CFAISS_INDEX_H
#define CFAISS_INDEX_H

#include "cfaiss_error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any faiss::Index. Functions that take it `const` may run at the same time as each other. */
typedef struct cfaiss_index cfaiss_index;

#define CFAISS_L2 0
#define CFAISS_INNER_PRODUCT 1

/* What an index is made of. */
#define CFAISS_KIND_FLAT 0
#define CFAISS_KIND_IVF_FLAT 1
#define CFAISS_KIND_IVF_SQ8 2
#define CFAISS_KIND_HNSW_FLAT 3

typedef struct cfaiss_index_info {
    int64_t count;
    int32_t dimension;
    int32_t metric;
    int32_t kind;
    int32_t structure_size; /* IVF: the number of lists. HNSW: M. Else 0 */
    int32_t is_trained;
} cfaiss_index_info;

/* `factory` must have passed a grammar with ranges: FAISS dies on some strings. */
cfaiss_status cfaiss_index_create(int dimension, const char *factory, int metric, cfaiss_index **out);
void cfaiss_index_destroy(cfaiss_index *index);

cfaiss_status cfaiss_index_describe(const cfaiss_index *index, cfaiss_index_info *out);

/* `rows` is [n × dimension] float32, row-major. */
cfaiss_status cfaiss_index_train(cfaiss_index *index, int64_t n, const float *rows);
cfaiss_status cfaiss_index_add(cfaiss_index *index, int64_t n, const float *rows);
cfaiss_status cfaiss_index_reset(cfaiss_index *index);

typedef struct cfaiss_search_parameters {
    size_t nprobe; /* for IVF; 0 is the index's own */
    int ef_search; /* for HNSW; 0 is the index's own */
} cfaiss_search_parameters;

/* `distances` and `labels` are [n × k]; a query with fewer hits is padded with label -1. */
cfaiss_status cfaiss_index_search(
    const cfaiss_index *index, int64_t n, const float *queries, int64_t k,
    cfaiss_search_parameters parameters, float *distances, int64_t *labels);

/* Hands the index's bytes to `sink`, piece by piece. Nonzero from `sink` stops with CFAISS_CANCELLED. */
typedef int (*cfaiss_sink)(void *context, const void *bytes, size_t byte_count);
cfaiss_status cfaiss_index_write(const cfaiss_index *index, cfaiss_sink sink, void *context);

/* The bytes must be as they were written (their checksum verified): FAISS trusts the counts inside.
 * A wrong header, truncation and an inconsistent structure are found (CFAISS_MALFORMED). */
cfaiss_status cfaiss_index_read(const void *bytes, size_t byte_count, cfaiss_index **out);

#ifdef __cplusplus
}
#endif

#endif
