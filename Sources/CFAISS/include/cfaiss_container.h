#ifndef CFAISS_CONTAINER_H
#define CFAISS_CONTAINER_H

#include "cfaiss_binary.h"
#include "cfaiss_error.h"
#include "cfaiss_index.h"
#include "cfaiss_transform.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A container is one index in bytes, every one of which is under a checksum; container/format.hpp describes it. FAISS sees
 * nothing of bytes that are not as they were written: they end in CFAISS_CHECKSUM or CFAISS_NOT_A_CONTAINER. */

/* Hands over the container's bytes, front to back. May run beside searches. The same index gives the same bytes.
 * `factory` is what the index is made of, as the grammar prints it; NULL where that is not known. */
cfaiss_status cfaiss_container_write(
    const cfaiss_index *index, const char *factory, cfaiss_sink sink, void *context);

#define CFAISS_CONTAINER_COPY 0    /* the index owns all that it needs and can be changed */
#define CFAISS_CONTAINER_MAP 1     /* its large arrays stay in `bytes`, which must outlive it; it cannot be changed */
#define CFAISS_CONTAINER_TRUSTED 2 /* the caller has compared checksums of his own: those of large arrays are passed over */

/* To be mapped, `bytes` starts at a multiple of 64 in memory. */
cfaiss_status cfaiss_container_read(const void *bytes, size_t byte_count, int flags, cfaiss_index **out);

/* The factory string of the container that the index came from, NUL-terminated; the empty string if there was none. It is
 * printed ASCII, and for the caller to read and to compare with cfaiss_index_factory. Valid as long as the index. */
const char *cfaiss_container_factory(const cfaiss_index *index);

/* The same for an index of bits, which is always copied. */
cfaiss_status cfaiss_binary_container_write(
    const cfaiss_binary *index, const char *factory, cfaiss_sink sink, void *context);
cfaiss_status cfaiss_binary_container_read(const void *bytes, size_t byte_count, cfaiss_binary **out);
const char *cfaiss_binary_container_factory(const cfaiss_binary *index);

/* The same for a transform. `factory` is `<transform>,Flat` and not NULL. */
cfaiss_status cfaiss_transform_container_write(
    const cfaiss_transform *transform, const char *factory, cfaiss_sink sink, void *context);
cfaiss_status cfaiss_transform_container_read(const void *bytes, size_t byte_count, cfaiss_transform **out);
const char *cfaiss_transform_container_factory(const cfaiss_transform *transform);

#ifdef __cplusplus
}
#endif

#endif
