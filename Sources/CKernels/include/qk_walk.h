#ifndef QK_WALK_H
#define QK_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One query's way through a navigable graph (HNSW): greedy through the upper levels, best-first on level 0.
 * Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
 * Small World graphs" (2016), algorithms 2 and 5. Over any layout of the links and any source of distances. */

/* An unused place for a link; FAISS's -1 has the same bits. A list is filled from its start. */
#define QK_NO_LINK UINT32_MAX

/* Borrowed links, every one of them in range (whoever made or read the graph has checked them).
 *
 * On level 0 row r's links are the `width` numbers from links[offsets[r]] on, or from links[r * width] on
 * where `offsets` is NULL.
 *
 * On the levels 1 ... top_level a list has `upper_width` places, and the numbers in it are nodes:
 *   upper_rows NULL (FAISS)  a node is a row; its list on level l starts `width + (l - 1) * upper_width` after
 *                            offsets[row], in `links`
 *   otherwise                a node is a place in upper_rows, which holds its row; its list on level l is number
 *                            upper_starts[node] + l - 1 of upper_links */
typedef struct qk_graph {
    const uint32_t *links;
    const uint64_t *offsets;
    const uint32_t *upper_rows;
    const uint32_t *upper_starts;
    const uint32_t *upper_links;
    uint64_t row_count; /* 1 ... 2^31 - 1 */
    uint32_t width;     /* 1 ... QK_WALK_MOST_LINKS, as upper_width */
    uint32_t upper_width;
    uint32_t top_level;
    uint32_t entry; /* a node of top_level; a row if top_level is 0 */
} qk_graph;

#define QK_WALK_MOST_LINKS 4096

/* Where distances come from: smaller is nearer, never NaN. One call serves the links of a node. */
typedef struct qk_walk_distances {
    void (*distances)(const void *context, const uint32_t *rows, size_t n, float *out);
    const void *context;
    const void *values; /* row r's bytes start at values + r * row_byte_count: to fetch them early */
    size_t row_byte_count;
} qk_walk_distances;

/* A query over stored rows. */
typedef struct qk_rows_query {
    const qk_rows *rows;
    const float *query;
    float query_norm; /* for QK_COSINE */
} qk_rows_query;

/* The distances of `query`, which must outlive them. */
qk_walk_distances qk_walk_distances_of_rows(const qk_rows_query *query);

/* What a walk is asked besides. Any function may be NULL. */
typedef struct qk_walk_conditions {
    /* Rows that are walked through, but are no hits. */
    bool (*excludes)(const void *context, uint32_t row);
    const void *excludes_context;
    /* Most rows may be excluded: on level 0 these are not measured, but passed through to their links, as if they were not there
     * (Patel et al., "ACORN: Performant and Predicate-Agnostic Search Over Vector Embeddings and Structured Data", 2024, §5). The rows
     * that start the walk are none of them. */
    bool selects;
    /* So many rows, spread evenly over all, start a walk on level 0 besides the entry: for a graph without upper levels,
     * whose links alone may lead from one cluster of rows to another too late. */
    uint32_t start_count;
    /* Not 0: the nearest row that this level leads to is taken for a mark, and the walk ends, misled, if by `misled_after` expanded rows
     * none that is a hit was nearer: what is near the query is excluded, and no link leads from there to the hits. */
    uint32_t mark_level;
    uint32_t misled_after;
    /* A row that the walk goes past as if the graph had been built without it; only as the entry it is found. */
    bool has_absent;
    uint32_t absent;
    /* Asked every 64 rows expanded; true ends the walk. */
    bool (*cancelled)(const void *context);
    const void *cancelled_context;
} qk_walk_conditions;

/* Row r is bit r % 64 of word r / 64; rows past the last word are not in the set. */
typedef struct qk_row_set {
    const uint64_t *words;
    uint64_t word_count;
} qk_row_set;

/* `excludes` for a qk_row_set. */
bool qk_row_set_contains(const void *set, uint32_t row);

/* A row and its distance in one integer that orders by distance, then by row. The lowest bit is the walk's. */
typedef uint64_t qk_candidate;

static inline qk_candidate qk_candidate_of(float distance, uint32_t row) {
    union {
        float number;
        uint32_t bits;
    } value = {distance + 0.0f}; /* -0 counts as +0 */
    uint32_t turned = value.bits ^ ((uint32_t)((int32_t)value.bits >> 31) | 0x80000000u);
    return (uint64_t)turned << 32 | (uint64_t)row << 1;
}

static inline uint32_t qk_candidate_row(qk_candidate candidate) {
    return (uint32_t)candidate >> 1;
}

static inline float qk_candidate_distance(qk_candidate candidate) {
    union {
        uint32_t bits;
        float number;
    } value = {(uint32_t)(candidate >> 32)};
    value.bits = value.bits >> 31 ? value.bits ^ 0x80000000u : ~value.bits;
    return value.number;
}

/* The memory that a walk works in: zero it, reserve before each walk, release it at the end. One walk at a time may use
 * it, and the next one, over any graph, finds it warm. */
typedef struct qk_walk_scratch {
    qk_candidate *pool;    /* the nearest rows so far, sorted */
    qk_candidate *passage; /* a heap of rows that are no hits, yet to be expanded */
    uint64_t *visited;     /* a bit a row; all zero between walks */
    uint32_t *touched;     /* the rows whose bits are set, while they are few */
    uint32_t *fresh;       /* a node's links that were not met before, and their distances */
    float *distances;
    size_t pool_capacity, passage_capacity, visited_capacity; /* in items of 8 bytes */
    size_t touched_capacity, fresh_capacity, distances_capacity; /* in items of 4 bytes */
    size_t pool_count, touched_count, passage_count;
    size_t measured_count; /* rows whose distances the last walk computed */
    bool forgot; /* not all touched rows fitted */
    bool misled; /* the last walk ended as its conditions' `mark_level` says, long before its end */
} qk_walk_scratch;

/* Makes room; false, with the scratch as it was or larger, if memory is short. `passing` for walks that exclude rows. */
bool qk_walk_reserve(qk_walk_scratch *scratch, const qk_graph *graph, size_t ef, bool passing);

/* The bytes held. */
size_t qk_walk_scratch_byte_count(const qk_walk_scratch *scratch);

void qk_walk_release(qk_walk_scratch *scratch);

/* Finds about the `ef` nearest rows on a level (0 for a search; another, of top_level at most and where upper_rows is
 * NULL, to build a graph); they are scratch->pool[0 ... pool_count - 1] then, nearest first. The walk ends when the
 * `ef` nearest found are all nearer than what is left to expand, or misled; false if it was cancelled before.
 * The scratch has been reserved for this graph and `ef`, 1 ... 2^31 - 1. */
bool qk_walk(const qk_graph *graph, const qk_walk_distances *source, uint32_t level, size_t ef,
             const qk_walk_conditions *conditions, qk_walk_scratch *scratch);

#ifdef __cplusplus
}
#endif

#endif
