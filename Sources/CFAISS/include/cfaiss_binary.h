#ifndef CFAISS_BINARY_H
#define CFAISS_BINARY_H

#include "cfaiss_index.h"
#include "cfaiss_search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Any faiss::IndexBinary: rows of bits, [n × dimension / 8] bytes, compared by how many bits differ.
 * Functions that take it `const` may run at the same time as each other. */
typedef struct cfaiss_binary cfaiss_binary;

/* As cfaiss_index_create. `dimension` is in bits, a multiple of 8 from 8 to 65,536. */
cfaiss_status cfaiss_binary_create(int dimension, const char *factory, cfaiss_binary **out);
void cfaiss_binary_destroy(cfaiss_binary *index);
cfaiss_status cfaiss_binary_describe(const cfaiss_binary *index, cfaiss_index_info *out);

/* As cfaiss_index_factory. */
cfaiss_status cfaiss_binary_factory(const cfaiss_binary *index, char *out, size_t capacity);

cfaiss_status cfaiss_binary_train(cfaiss_binary *index, int64_t n, const uint8_t *rows, cfaiss_work work);
/* `labels` as in cfaiss_index_add; they are for BIVF kinds. */
cfaiss_status cfaiss_binary_add(
    cfaiss_binary *index, int64_t n, const uint8_t *rows, const int64_t *labels, cfaiss_work work);
cfaiss_status cfaiss_binary_reset(cfaiss_binary *index);

/* nprobe, ef_search, selector and thread_count of `parameters` are looked at. */
cfaiss_status cfaiss_binary_search(
    const cfaiss_binary *index, int64_t n, const uint8_t *queries, int64_t k,
    cfaiss_search_parameters parameters, int32_t *distances, int64_t *labels);

/* Rows of which fewer than `radius` bits differ. Distances come as whole floats. */
cfaiss_status cfaiss_binary_range_search(
    const cfaiss_binary *index, int64_t n, const uint8_t *queries, int radius,
    cfaiss_search_parameters parameters, cfaiss_range_hits **out);

cfaiss_status cfaiss_binary_reconstruct(
    const cfaiss_binary *index, int64_t n, const int64_t *labels, uint8_t *rows, int64_t *unknown);
/* CFAISS_UNSUPPORTED for graphs and hashes. */
cfaiss_status cfaiss_binary_remove(cfaiss_binary *index, const cfaiss_selector *selector, int64_t *removed);
/* As cfaiss_index_merge, for BFlat and BIVF kinds. */
cfaiss_status cfaiss_binary_merge(cfaiss_binary *index, cfaiss_binary *other, int64_t offset);

cfaiss_status cfaiss_binary_write(const cfaiss_binary *index, cfaiss_sink sink, void *context);
/* As cfaiss_index_read: of bytes that are known to be as they were written. */
cfaiss_status cfaiss_binary_read(const void *bytes, size_t byte_count, cfaiss_binary **out);

#ifdef __cplusplus
}
#endif

#endif
