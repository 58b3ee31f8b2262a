#ifndef CFAISS_SELECTOR_H
#define CFAISS_SELECTOR_H

#include "cfaiss_error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A set of labels. It never changes, so that any number of threads may use it. What it is made from is copied,
 * other selectors included. */
typedef struct cfaiss_selector cfaiss_selector;

/* `labels` is [n], in any order, repeated or not. */
cfaiss_status cfaiss_selector_labels(int64_t n, const int64_t *labels, cfaiss_selector **out);
/* first <= label < end */
cfaiss_status cfaiss_selector_range(int64_t first, int64_t end, cfaiss_selector **out);
/* The labels whose bit is set: bit `label % 8` of byte `label / 8`. */
cfaiss_status cfaiss_selector_bitmap(size_t byte_count, const uint8_t *bytes, cfaiss_selector **out);
/* Selectors are kept inside each other, at most so many deep: CFAISS_INVALID beyond. */
#define CFAISS_SELECTOR_DEPTH 1000
cfaiss_status cfaiss_selector_not(const cfaiss_selector *selector, cfaiss_selector **out);
cfaiss_status cfaiss_selector_and(
    const cfaiss_selector *left, const cfaiss_selector *right, cfaiss_selector **out);
cfaiss_status cfaiss_selector_or(
    const cfaiss_selector *left, const cfaiss_selector *right, cfaiss_selector **out);

int cfaiss_selector_contains(const cfaiss_selector *selector, int64_t label);

void cfaiss_selector_destroy(cfaiss_selector *selector);

#ifdef __cplusplus
}
#endif

#endif
