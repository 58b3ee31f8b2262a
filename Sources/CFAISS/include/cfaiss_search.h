#ifndef CFAISS_SEARCH_H
#define CFAISS_SEARCH_H

#include "cfaiss_index.h"
#include "cfaiss_selector.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How one search looks. 0 is the index's own setting. Settings of parts that an index does not have are ignored. */
typedef struct cfaiss_search_parameters {
    size_t nprobe;                   /* IVF: lists visited */
    size_t max_codes;                /* IVF: no list is begun after so many rows were compared */
    int ef_search;                   /* HNSW, NSG: candidates kept */
    int quantizer_ef_search;         /* IVF with a graph over its lists: the graph's ef_search */
    float k_factor;                  /* refinement: candidates a hit that are compared again, at least 1 */
    const cfaiss_selector *selector; /* the labels that may be hits; all if NULL */
    int thread_count;                /* the calling thread among them, 0 is 1; none is left when the call returns */
} cfaiss_search_parameters;

/* `queries` is [n × dimension], finite; n >= 0, k >= 1. `distances` and `labels` are [n × k]: nearest first, and where
 * there are fewer hits, label -1. */
cfaiss_status cfaiss_index_search(
    const cfaiss_index *index, int64_t n, const float *queries, int64_t k,
    cfaiss_search_parameters parameters, float *distances, int64_t *labels);

/* All hits of a batch of queries: those of query q are bounds[q] … bounds[q + 1] - 1, nearest first. */
typedef struct cfaiss_range_hits cfaiss_range_hits;

/* Rows nearer than `radius`: squared distance < radius, or dot product > radius. Distances are those that a search
 * tells. Where rows have refinement, all rows of the lists visited are compared by it, whatever k_factor is. */
cfaiss_status cfaiss_index_range_search(
    const cfaiss_index *index, int64_t n, const float *queries, float radius,
    cfaiss_search_parameters parameters, cfaiss_range_hits **out);
/* 0 for NULL. */
int64_t cfaiss_range_hits_count(const cfaiss_range_hits *hits);
/* Copies [n + 1] bounds and [count] labels and distances; nothing if a pointer is NULL. */
void cfaiss_range_hits_copy(
    const cfaiss_range_hits *hits, int64_t *bounds, int64_t *labels, float *distances);
void cfaiss_range_hits_destroy(cfaiss_range_hits *hits);

#ifdef __cplusplus
}
#endif

#endif
