#ifndef SEARCHER_CHECKS_H
#define SEARCHER_CHECKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An index of FAISS's, searched by our searchers and by FAISS itself: for tests that compare the two. */
typedef struct checked_index checked_index;

/* Trains on `row_count` rows and adds the first `added_count` of them, under the labels first_label + i * label_step
 * where the kind takes labels, else i. `by_residual` is for lists of scalar-quantized rows: -1 leaves it as FAISS has
 * it. NULL if FAISS threw. */
checked_index *checked_index_create(
    const char *factory, int dimension, int inner_product, int64_t row_count, const float *rows, int64_t added_count,
    int64_t first_label, int64_t label_step, int by_residual);
/* The index in these bytes of FAISS's format, which are as they were written. NULL if FAISS threw. */
checked_index *checked_index_read(const void *bytes, size_t byte_count);
void checked_index_destroy(checked_index *index);

typedef struct checked_settings {
    size_t nprobe;
    size_t max_codes;
    float k_factor;
    const uint8_t *members; /* label_count flags of the labels that may be hits; all may if NULL */
    size_t label_count;
} checked_settings;

/* What our searchers answer: 1 if they do, 0 if they leave it to FAISS, -1 if something was thrown. */
int checked_index_search_fast(
    const checked_index *index, int64_t n, const float *queries, int64_t k, checked_settings settings,
    float *distances, int64_t *labels);

/* Tells `hit` of every row that the library finds within a radius: 1, or -1 if something was thrown. */
int checked_index_range_search(
    checked_index *index, int64_t n, const float *queries, float radius,
    void (*hit)(void *context, int64_t label), void *context);

/* Takes the labels from an IDMap's rows from `count` on, as if giving them had failed. */
void checked_index_forget_labels(checked_index *index, int64_t count);
/* Adds a row under a label: 1, or -1 if something was thrown. */
int checked_index_add(checked_index *index, const float *row, int64_t label);

/* What FAISS answers: 1, or -1 if it threw. `members` is not looked at. */
int checked_index_search_plain(
    checked_index *index, int64_t n, const float *queries, int64_t k, checked_settings settings,
    float *distances, int64_t *labels);

#ifdef __cplusplus
}
#endif

#endif
