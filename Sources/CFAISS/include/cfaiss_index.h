#ifndef CFAISS_INDEX_H
#define CFAISS_INDEX_H

#include "cfaiss_error.h"
#include "cfaiss_work.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any faiss::Index. Functions that take it `const` may run at the same time as each other. */
typedef struct cfaiss_index cfaiss_index;

#define CFAISS_L2 0
#define CFAISS_INNER_PRODUCT 1

/* What a row's label is. */
#define CFAISS_LABEL_POSITION 0 /* its place in the index, which removal shifts */
#define CFAISS_LABEL_STORED 1   /* kept with the row; the next free one if none is given */
#define CFAISS_LABEL_GIVEN 2    /* kept with the row, and always to be given */

typedef struct cfaiss_index_info {
    int64_t count;
    int64_t next_label; /* of the row that is added next without a label: above all labels so far */
    int32_t dimension;
    int32_t metric;
    int32_t label_kind;
    int32_t is_trained;
    int32_t takes_rows_once; /* no row can be added to one that holds rows */
} cfaiss_index_info;

/* `factory` must have passed a grammar with ranges: FAISS dies on some strings. `dimension` is 1 … 65,536. */
cfaiss_status cfaiss_index_create(int dimension, const char *factory, int metric, cfaiss_index **out);
void cfaiss_index_destroy(cfaiss_index *index);

cfaiss_status cfaiss_index_describe(const cfaiss_index *index, cfaiss_index_info *out);

/* The factory string of what the index is made of, NUL-terminated; the empty string for a kind that none makes.
 * CFAISS_INVALID if it needs more than `capacity` bytes. */
cfaiss_status cfaiss_index_factory(const cfaiss_index *index, char *out, size_t capacity);

/* `rows` is [n × dimension] float32, row-major, finite, no number beyond ±1e15; n >= 1 in training, n >= 0 in adding.
 * A failed call may leave the index half changed. */
cfaiss_status cfaiss_index_train(cfaiss_index *index, int64_t n, const float *rows, cfaiss_work work);

/* `labels` is [n], none negative; NULL numbers the rows on from `next_label`. */
cfaiss_status cfaiss_index_add(
    cfaiss_index *index, int64_t n, const float *rows, const int64_t *labels, cfaiss_work work);

cfaiss_status cfaiss_index_reset(cfaiss_index *index);

/* Rows that a NSG takes at least. */
#define CFAISS_NSG_ROWS 200

/* Candidates kept while rows that are added to a graph are linked. CFAISS_UNSUPPORTED without a HNSW graph. */
cfaiss_status cfaiss_index_set_ef_construction(cfaiss_index *index, int ef_construction);

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
