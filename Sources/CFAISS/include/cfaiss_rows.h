#ifndef CFAISS_ROWS_H
#define CFAISS_ROWS_H

#include "cfaiss_index.h"
#include "cfaiss_selector.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Decodes the rows with these labels into `rows`, [n × dimension]. CFAISS_UNKNOWN_LABEL, and the first such label in
 * `*unknown`, if one is no row's; CFAISS_UNSUPPORTED if a transform cannot be undone. */
cfaiss_status cfaiss_index_reconstruct(
    const cfaiss_index *index, int64_t n, const int64_t *labels, float *rows, int64_t *unknown);

/* Removes the rows whose labels are selected. CFAISS_UNSUPPORTED, and nothing changes, for graphs, for refinement and
 * for a refined PQ. */
cfaiss_status cfaiss_index_remove(cfaiss_index *index, const cfaiss_selector *selector, int64_t *removed);

/* Moves all rows of `other`, which must be trained alike, to the end of `index`; stored labels grow by `offset` on the
 * way. CFAISS_UNSUPPORTED, and nothing changes, if the two do not fit or the kind cannot. */
cfaiss_status cfaiss_index_merge(cfaiss_index *index, cfaiss_index *other, int64_t offset);

#ifdef __cplusplus
}
#endif

#endif
