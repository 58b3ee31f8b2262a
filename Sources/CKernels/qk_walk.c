#include "qk_walk.h"

#include "qk_distance.h"

#include <stdlib.h>
#include <string.h>

/* The pool is one sorted array: its ends are the nearest and the farthest kept, a row that enters shifts those
 * behind it, and the next row to expand is found from a cursor on. For the few hundred rows of a usual search this
 * beats two heaps, and most distances are refused by one comparison with the farthest. */

#define EXPANDED ((qk_candidate)1)

/* How many rows are expanded between two looks at `cancelled`. */
#define PATIENCE 64

/* How many rows are looked at to find one that is not excluded. */
#define MOST_PASSED 65536

/* How much of a row is fetched as soon as it is met; its distance fetches the rest. */
#ifndef FIRST_BYTES
#define FIRST_BYTES 1024
#endif

typedef struct walk {
    const qk_graph *graph;
    const qk_walk_distances *source;
    const qk_walk_conditions *conditions;
    qk_walk_scratch *scratch;
    size_t ef;
    uint32_t level, width; /* where it walks best-first, and the places of a list there */
    size_t size;   /* rows in the pool */
    size_t cursor; /* the rows before it are expanded */
    uint32_t absent; /* QK_NO_LINK if none is */
    qk_candidate mark; /* UINT64_MAX if there is none */
    const qk_row_set *excluded; /* what `excludes` looks in, if it is a set */
} walk;

static inline const uint32_t *links_of_row(const qk_graph *graph, uint32_t row) {
    uint64_t first = graph->offsets != NULL ? graph->offsets[row] : (uint64_t)row * graph->width;
    return graph->links + first;
}

static inline const uint32_t *links_of_node(const qk_graph *graph, uint32_t node, uint32_t level) {
    if (graph->upper_rows == NULL) {
        return links_of_row(graph, node) + graph->width + (size_t)(level - 1) * graph->upper_width;
    }
    return graph->upper_links + ((size_t)graph->upper_starts[node] + level - 1) * graph->upper_width;
}

/* A row's list on the level walked. */
static inline const uint32_t *links_walked(const walk *walk, uint32_t row) {
    return walk->level == 0 ? links_of_row(walk->graph, row) : links_of_node(walk->graph, row, walk->level);
}

static inline uint32_t row_of_node(const qk_graph *graph, uint32_t node) {
    return graph->upper_rows == NULL ? node : graph->upper_rows[node];
}

/* Whether `row` is met for the first time. */
static inline bool meet(qk_walk_scratch *scratch, uint32_t row) {
    uint64_t bit = (uint64_t)1 << (row & 63);
    uint64_t word = scratch->visited[row >> 6];
    scratch->visited[row >> 6] = word | bit;
    return (word & bit) == 0;
}

/* Remembers `n` rows that were met, so that their bits can be taken back without clearing the whole table. */
static void remember(qk_walk_scratch *scratch, const uint32_t *rows, size_t n) {
    size_t room = scratch->touched_capacity - scratch->touched_count;
    if (n > room) {
        scratch->forgot = true;
        n = room;
    }
    memcpy(scratch->touched + scratch->touched_count, rows, n * sizeof *rows);
    scratch->touched_count += n;
}

static void clear_visited(qk_walk_scratch *scratch) {
    if (scratch->forgot) {
        memset(scratch->visited, 0, scratch->visited_capacity * sizeof *scratch->visited);
    } else {
        for (size_t i = 0; i < scratch->touched_count; i++) scratch->visited[scratch->touched[i] >> 6] = 0;
    }
    scratch->touched_count = 0;
    scratch->forgot = false;
}

/* The lines of `byte_count` bytes: their last byte's too, since rows start anywhere in a line. */
static inline void fetch(const void *memory, size_t byte_count) {
    uintptr_t line = (uintptr_t)memory & ~(uintptr_t)63, end = (uintptr_t)memory + byte_count;
    for (; line < end; line += 64) __builtin_prefetch((const void *)line, 0, 3);
}

static inline void fetch_row(const qk_walk_distances *source, uint32_t row) {
    size_t bytes = source->row_byte_count < FIRST_BYTES ? source->row_byte_count : FIRST_BYTES;
    fetch((const char *)source->values + (size_t)row * source->row_byte_count, bytes);
}

/* The candidates' least first, in an array of `count`, after one was put at its end. */
static void sift_up(qk_candidate *heap, size_t count) {
    size_t place = count - 1;
    qk_candidate candidate = heap[place];
    while (place > 0 && candidate < heap[(place - 1) / 2]) {
        heap[place] = heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    heap[place] = candidate;
}

static void remove_least(qk_candidate *heap, size_t count) {
    size_t left = count - 1, place = 0;
    qk_candidate candidate = heap[left];
    while (true) {
        size_t child = 2 * place + 1;
        if (child >= left) break;
        if (child + 1 < left && heap[child + 1] < heap[child]) child++;
        if (candidate <= heap[child]) break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = candidate;
}

/* Puts a row in its place in the pool, where there is room or the farthest one gives way. */
static inline void keep(walk *walk, qk_candidate candidate) {
    qk_candidate *pool = walk->scratch->pool;
    size_t first = 0, count = walk->size;
    while (count > 0) {
        size_t half = count / 2;
        bool after = pool[first + half] < candidate;
        first = after ? first + half + 1 : first;
        count = after ? count - half - 1 : half;
    }
    size_t moved = walk->size - first - (walk->size == walk->ef);
    memmove(pool + first + 1, pool + first, moved * sizeof *pool);
    pool[first] = candidate;
    walk->size += walk->size < walk->ef;
    if (first < walk->cursor) walk->cursor = first;
}

static inline bool set_has(const qk_row_set *set, uint32_t row) {
    return row >> 6 < set->word_count && set->words[row >> 6] >> (row & 63) & 1;
}

/* Asked of nearly every link where most rows are excluded: a call for each would take as long as the distances. */
static inline bool excluded(const walk *walk, uint32_t row) {
    if (walk->excluded != NULL) return set_has(walk->excluded, row);
    return walk->conditions->excludes(walk->conditions->excludes_context, row);
}

/* Takes rows in whose distances are known. */
static inline void take(walk *walk, const uint32_t *rows, const float *distances, size_t n) {
    qk_walk_scratch *scratch = walk->scratch;
    const qk_walk_conditions *conditions = walk->conditions;
    qk_candidate bound = walk->size == walk->ef ? scratch->pool[walk->size - 1] : UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        qk_candidate candidate = qk_candidate_of(distances[i], rows[i]);
        if (candidate > bound) continue;
        if (conditions->excludes != NULL && excluded(walk, rows[i])) {
            scratch->passage[scratch->passage_count++] = candidate;
            sift_up(scratch->passage, scratch->passage_count);
            continue;
        }
        keep(walk, candidate);
        if (walk->size == walk->ef) bound = scratch->pool[walk->size - 1];
    }
}

/* The distances of the `n` fresh rows. */
static inline void measure(walk *walk, size_t n) {
    qk_walk_scratch *scratch = walk->scratch;
    remember(scratch, scratch->fresh, n);
    scratch->measured_count += n;
    walk->source->distances(walk->source->context, scratch->fresh, n, scratch->distances);
    take(walk, scratch->fresh, scratch->distances, n);
}

/* Goes to the nearest link, level by level down to the one to walk, until no link is nearer. A row met before
 * is no nearer than where the walk stands, so it is not measured again; and all that are measured stay in the pool. */
static void descend(walk *walk) {
    const qk_graph *graph = walk->graph;
    qk_walk_scratch *scratch = walk->scratch;
    uint32_t *nodes = scratch->fresh + scratch->fresh_capacity / 2;
    uint32_t node = graph->entry, level = graph->top_level;
    uint32_t entry_row = graph->top_level > 0 ? row_of_node(graph, node) : node;
    meet(scratch, entry_row);
    scratch->fresh[0] = entry_row;
    measure(walk, 1);
    qk_candidate nearest = qk_candidate_of(scratch->distances[0], entry_row);
    while (level > walk->level) {
        const uint32_t *links = links_of_node(graph, node, level);
        size_t n = 0;
        for (uint32_t place = 0; place < graph->upper_width && links[place] != QK_NO_LINK; place++) {
            uint32_t row = row_of_node(graph, links[place]);
            fetch_row(walk->source, row);
            scratch->fresh[n] = row;
            nodes[n] = links[place];
            n += meet(scratch, row);
        }
        measure(walk, n);
        bool moved = false;
        for (size_t i = 0; i < n; i++) {
            qk_candidate candidate = qk_candidate_of(scratch->distances[i], scratch->fresh[i]);
            if (candidate > nearest) continue;
            nearest = candidate;
            node = nodes[i];
            moved = true;
        }
        if (!moved && level-- == walk->conditions->mark_level) walk->mark = nearest;
    }
}

/* Takes in the rows that start the walk besides its entry: each a golden section further on, round and round, which
 * leaves no large gap however many there are. */
static void scatter(walk *walk) {
    const uint64_t row_count = walk->graph->row_count;
    qk_walk_scratch *scratch = walk->scratch;
    uint32_t turn = 0;
    size_t n = 0;
    for (uint32_t left = walk->conditions->start_count; left > 0; left--) {
        turn += 0x9E3779B9u;
        uint32_t row = (uint32_t)((uint64_t)turn * row_count >> 32);
        if (walk->conditions->selects) {
            /* Where few rows count, the next that does is not far, as a rule. */
            uint64_t patience = row_count < MOST_PASSED ? row_count : MOST_PASSED;
            while (patience-- > 0 && excluded(walk, row)) row = row + 1 < row_count ? row + 1 : 0;
            if (excluded(walk, row)) continue;
        }
        if (meet(scratch, row)) {
            fetch_row(walk->source, row);
            scratch->fresh[n++] = row;
        }
        if (n == walk->width) {
            measure(walk, n);
            n = 0;
        }
    }
    measure(walk, n);
}

/* The nearest row not yet expanded, which counts as expanded from now on; false at the end of the walk. */
static inline bool next(walk *walk, uint32_t *row) {
    qk_walk_scratch *scratch = walk->scratch;
    qk_candidate *pool = scratch->pool;
    size_t place = walk->cursor;
    while (place < walk->size && (pool[place] & EXPANDED)) place++;
    walk->cursor = place;
    if (scratch->passage_count > 0) {
        qk_candidate passage = scratch->passage[0];
        bool within = walk->size < walk->ef || passage < pool[walk->size - 1];
        if (within && (place == walk->size || passage < pool[place])) {
            remove_least(scratch->passage, scratch->passage_count--);
            *row = qk_candidate_row(passage);
            return true;
        }
    }
    if (place == walk->size) return false;
    *row = qk_candidate_row(pool[place]);
    pool[place] |= EXPANDED;
    return true;
}

/* Measures the `n` fresh rows if another might not have room among them; gives how many are left. */
static inline size_t make_room(walk *walk, size_t n) {
    if (n < walk->width) return n;
    measure(walk, n);
    return 0;
}

/* Measures the links of `row` that are no excluded rows, and in the place of those that are, their links. */
static void expand_selected(walk *walk, uint32_t row) {
    qk_walk_scratch *scratch = walk->scratch;
    uint32_t *passed = scratch->fresh + scratch->fresh_capacity / 2;
    const uint32_t *links = links_walked(walk, row);
    size_t n = 0, passed_count = 0;
    for (uint32_t place = 0; place < walk->width && links[place] != QK_NO_LINK; place++) {
        uint32_t link = links[place];
        if (!meet(scratch, link)) continue;
        if (excluded(walk, link)) {
            passed[passed_count++] = link;
            fetch(links_walked(walk, link), walk->width * sizeof *links);
        } else {
            fetch_row(walk->source, link);
            scratch->fresh[n++] = link;
        }
    }
    remember(scratch, passed, passed_count);
    for (size_t i = 0; i < passed_count; i++) {
        links = links_walked(walk, passed[i]);
        for (uint32_t place = 0; place < walk->width && links[place] != QK_NO_LINK; place++) {
            uint32_t link = links[place];
            /* An excluded row is met when a row that counts leads to it. */
            if ((scratch->visited[link >> 6] >> (link & 63) & 1) || excluded(walk, link)) continue;
            meet(scratch, link);
            fetch_row(walk->source, link);
            n = make_room(walk, n);
            scratch->fresh[n++] = link;
        }
    }
    measure(walk, n);
}

/* Another row for a link to the one that is absent, which a graph built without it would have had. Its own farthest link that
 * was not met: nearer ones would lead to what is sought more directly than any link of such a graph. */
static uint32_t substitute(const walk *walk) {
    const uint32_t *links = links_walked(walk, walk->absent);
    uint32_t place = 0;
    while (place < walk->width && links[place] != QK_NO_LINK) place++;
    while (place > 0) {
        uint32_t link = links[--place];
        if (!(walk->scratch->visited[link >> 6] >> (link & 63) & 1)) return link;
    }
    return walk->absent;
}

static inline void expand(walk *walk, uint32_t row) {
    qk_walk_scratch *scratch = walk->scratch;
    const uint32_t *links = links_walked(walk, row);
    size_t n = 0;
    for (uint32_t place = 0; place < walk->width && links[place] != QK_NO_LINK; place++) {
        uint32_t link = links[place];
        if (link == walk->absent && ((row ^ link) & 1)) link = substitute(walk);
        bool is_fresh = meet(scratch, link);
        scratch->fresh[n] = link;
        n += is_fresh;
        if (is_fresh) fetch_row(walk->source, link);
    }
    /* Unless one of these is nearer, the row after this one comes next. */
    size_t place = walk->cursor;
    while (place < walk->size && (scratch->pool[place] & EXPANDED)) place++;
    if (place < walk->size) {
        fetch(links_walked(walk, qk_candidate_row(scratch->pool[place])), walk->width * sizeof *links);
    }
    measure(walk, n);
}

bool qk_walk(const qk_graph *graph, const qk_walk_distances *source, uint32_t level, size_t ef,
             const qk_walk_conditions *conditions, qk_walk_scratch *scratch) {
    uint32_t width = level == 0 ? graph->width : graph->upper_width;
    walk walk = {graph, source, conditions, scratch, ef, level, width, 0, 0,
                 conditions->has_absent ? conditions->absent : QK_NO_LINK, UINT64_MAX,
                 conditions->excludes == qk_row_set_contains ? conditions->excludes_context : NULL};
    bool cancelled = false;
    uint32_t row;
    scratch->passage_count = scratch->measured_count = 0;
    scratch->misled = false;
    if (conditions->has_absent) {
        meet(scratch, conditions->absent);
        remember(scratch, &conditions->absent, 1);
    }
    descend(&walk);
    if (level == 0) scatter(&walk);
    for (size_t expanded = 1; !cancelled && !scratch->misled && next(&walk, &row); expanded++) {
        if (level == 0 && conditions->selects) {
            expand_selected(&walk, row);
        } else {
            expand(&walk, row);
        }
        scratch->misled = expanded == conditions->misled_after && walk.mark != UINT64_MAX &&
                          (walk.size == 0 || scratch->pool[0] > walk.mark);
        cancelled = expanded % PATIENCE == 0 && conditions->cancelled != NULL &&
                    conditions->cancelled(conditions->cancelled_context);
    }
    clear_visited(scratch);
    scratch->pool_count = walk.size;
    return !cancelled;
}

static void distances_of_rows(const void *context, const uint32_t *rows, size_t n, float *out) {
    const qk_rows_query *query = context;
    qk_distances(query->rows, query->query, query->query_norm, rows, n, out);
}

qk_walk_distances qk_walk_distances_of_rows(const qk_rows_query *query) {
    const qk_rows *rows = query->rows;
    return (qk_walk_distances){
        distances_of_rows,
        query,
        rows->values,
        qk_row_byte_count(rows->storage, rows->dimension),
    };
}

bool qk_row_set_contains(const void *context, uint32_t row) {
    return set_has(context, row);
}

/* Room for `count` items of `size` bytes in *memory, whose contents need not survive. */
static bool grow(void **memory, size_t *capacity, size_t count, size_t size, bool zeroed) {
    if (count <= *capacity) return true;
    void *larger = zeroed ? calloc(count, size) : malloc(count * size);
    if (larger == NULL) return false;
    free(*memory);
    *memory = larger;
    *capacity = count;
    return true;
}

bool qk_walk_reserve(qk_walk_scratch *scratch, const qk_graph *graph, size_t ef, bool passing) {
    size_t words = (graph->row_count + 63) / 64;
    size_t widest = graph->width > graph->upper_width ? graph->width : graph->upper_width;
    return grow((void **)&scratch->pool, &scratch->pool_capacity, ef, sizeof *scratch->pool, false) &&
           grow((void **)&scratch->passage, &scratch->passage_capacity, passing ? graph->row_count : 0,
                sizeof *scratch->passage, false) &&
           grow((void **)&scratch->visited, &scratch->visited_capacity, words, sizeof *scratch->visited,
                true) &&
           /* Taking back a bit costs about as much as clearing eight words. */
           grow((void **)&scratch->touched, &scratch->touched_capacity, scratch->visited_capacity / 8,
                sizeof *scratch->touched, false) &&
           grow((void **)&scratch->fresh, &scratch->fresh_capacity, 2 * (widest + 1),
                sizeof *scratch->fresh, false) &&
           grow((void **)&scratch->distances, &scratch->distances_capacity, widest + 1,
                sizeof *scratch->distances, false);
}

size_t qk_walk_scratch_byte_count(const qk_walk_scratch *scratch) {
    return (scratch->pool_capacity + scratch->passage_capacity + scratch->visited_capacity) * 8 +
           (scratch->touched_capacity + scratch->fresh_capacity + scratch->distances_capacity) * 4;
}

void qk_walk_release(qk_walk_scratch *scratch) {
    free(scratch->pool);
    free(scratch->passage);
    free(scratch->visited);
    free(scratch->touched);
    free(scratch->fresh);
    free(scratch->distances);
    *scratch = (qk_walk_scratch){0};
}
