/* The distances of one instruction set, from its sums (qk_distance_sums.h), integer sums and conversions. A
 * file that includes this has also defined
 *
 *   multiply
 *   store, store_part: a `floats` to memory, or its `left` first lanes
 *
 * and makes its table with QK_TABLE, to which it gives
 *
 *   sum_codes(x, y, n, with_squares, sums): of two int8 rows the sum of the products and, if asked for, of
 *   y's squares; n is at most MOST_CODES, so that 32-bit sums cannot overflow */

#include <float.h>
#include <math.h>
#include <string.h>

#include "qk_distance_sums.h"

#define MOST_CODES 65536

/* When rows are asked for, in bytes before their use. Found by measurement, as are the ways for rows that lie
 * anywhere: a long row line by line, while the rows before it are summed; short ones whole, since a few of them
 * are too little to hide the way to memory behind. A long range is read in ROWS places at once. */
#define RANGE_AHEAD 8192
#define STREAM_AHEAD 1536
#define LONG_RANGE (64 * 1024)
#define GATHERED_AHEAD 4096
#define LONG_ROW 1024

/* From a dot product or a sum of squares to a distance. */
INLINE bool settle(uint8_t metric, float sum, float norms, float *distance) {
    if (!(sum >= -FLT_MAX && sum <= FLT_MAX)) return false;
    if (metric == QK_L2) {
        *distance = sum;
    } else if (metric == QK_INNER_PRODUCT) {
        *distance = 0.0f - sum; /* never -0 */
    } else {
        /* Outside, terms of the dot product may have underflowed or the norms' product overflowed. */
        if (!(norms >= 0x1p-80f && norms <= 0x1p+80f)) return false;
        *distance = 0.0f - sum / norms;
    }
    return true;
}

INLINE float finish(const qk_rows *rows, const qk_operand *x, uint64_t row, float sum) {
    float norms = rows->metric == QK_COSINE ? x->norm * rows->norms[row] : 1.0f;
    float distance;
    if (__builtin_expect(settle(rows->metric, sum, norms, &distance), 1)) return distance;
    return qk_distance_in_double(rows, x, row);
}

/* The rows of a call: those that are numbered, or else those from `first` on. */
typedef struct row_list {
    bool numbered;
    const uint32_t *numbers;
    uint64_t first;
    size_t count;
} row_list;

INLINE uint64_t row_at(const row_list *list, size_t place) {
    return list->numbered ? list->numbers[place] : list->first + place;
}

/* The distances of `count` rows (1 or ROWS) from `place` on. With `asks` the next ones are asked for. */
INLINE void some_distances(sum_kind kind, const size_t count, const qk_rows *rows, const qk_operand *x,
                           const row_list *list, size_t place, bool asks, float *out) {
    const char *y[ROWS], *ahead[ROWS];
    float scales[ROWS], sums[ROWS];
    UNROLL for (size_t r = 0; r < count; r++) {
        const uint64_t row = row_at(list, place + r);
        y[r] = ahead[r] = qk_row_address(rows, row);
        scales[r] = kind.y == QK_INT8 ? rows->scales[row] : 1.0f;
        const size_t next = place + r + count;
        if (asks && next < list->count) ahead[r] = qk_row_address(rows, row_at(list, next));
    }
    sum_rows(kind, count, x->numbers, y, asks ? ahead : NULL, scales, rows->dimension, sums);
    UNROLL for (size_t r = 0; r < count; r++) {
        out[place + r] = finish(rows, x, row_at(list, place + r), sums[r]);
    }
}

/* A long range, read in ROWS places at once, which is faster than in one. Returns how many rows that were. */
INLINE size_t stream_distances(sum_kind kind, const qk_rows *rows, const qk_operand *x, const row_list *list,
                               float *out) {
    const size_t length = list->count / ROWS;
    for (size_t i = 0; i < length; i++) {
        const char *y[ROWS], *ahead[ROWS];
        float scales[ROWS], sums[ROWS];
        UNROLL for (size_t r = 0; r < ROWS; r++) {
            const uint64_t row = row_at(list, r * length + i);
            y[r] = qk_row_address(rows, row);
            ahead[r] = y[r] + STREAM_AHEAD;
            scales[r] = kind.y == QK_INT8 ? rows->scales[row] : 1.0f;
        }
        sum_rows(kind, ROWS, x->numbers, y, ahead, scales, rows->dimension, sums);
        UNROLL for (size_t r = 0; r < ROWS; r++) {
            out[r * length + i] = finish(rows, x, row_at(list, r * length + i), sums[r]);
        }
    }
    return ROWS * length;
}

INLINE void all_distances(sum_kind kind, const qk_rows *rows, const qk_operand *x, const row_list *list,
                          float *out) {
    const size_t bytes = qk_element_byte_count(kind.y) * rows->dimension;
    const size_t n = list->count;
    size_t i = 0;
    if (!list->numbered && n * bytes >= LONG_RANGE) {
        i = stream_distances(kind, rows, x, list, out);
    } else if (!list->numbered) {
        /* Too short to begin in several places: one stream, however many rows are summed at once. */
        const size_t ahead = RANGE_AHEAD / (bytes + 1) + ROWS;
        for (; i + ROWS <= n; i += ROWS) {
            if (i + ahead < n) {
                const char *from = qk_row_address(rows, row_at(list, i)) + RANGE_AHEAD;
                for (size_t line = 0; line < ROWS * bytes; line += 64) {
                    __builtin_prefetch(from + line, 0, 3);
                }
            }
            some_distances(kind, ROWS, rows, x, list, i, false, out);
        }
    } else if (bytes >= LONG_ROW) {
        for (; i < ROWS && i < n; i++) qk_prefetch(rows, row_at(list, i));
        for (i = 0; i + ROWS <= n; i += ROWS) some_distances(kind, ROWS, rows, x, list, i, true, out);
    } else {
        const size_t ahead = GATHERED_AHEAD / (bytes + 1);
        for (; i < ahead && i < n; i++) qk_prefetch(rows, row_at(list, i));
        for (i = 0; i + ROWS <= n; i += ROWS) {
            for (size_t next = i + ahead; next < i + ahead + ROWS && next < n; next++) {
                qk_prefetch(rows, row_at(list, next));
            }
            some_distances(kind, ROWS, rows, x, list, i, false, out);
        }
    }
    for (; i < n; i++) some_distances(kind, 1, rows, x, list, i, false, out);
}

/* CALL with each kind of sums between a query and rows. */
#define FOR_EACH_KIND(CALL, ...)                                                                       \
    if (rows->metric == QK_L2) {                                                                       \
        switch (rows->storage) {                                                                       \
        case QK_FLOAT32: CALL(((sum_kind){true, QK_FLOAT32, QK_FLOAT32}), __VA_ARGS__); break;         \
        case QK_FLOAT16: CALL(((sum_kind){true, QK_FLOAT32, QK_FLOAT16}), __VA_ARGS__); break;         \
        default: CALL(((sum_kind){true, QK_FLOAT32, QK_INT8}), __VA_ARGS__); break;                    \
        }                                                                                              \
    } else {                                                                                           \
        switch (rows->storage) {                                                                       \
        case QK_FLOAT32: CALL(((sum_kind){false, QK_FLOAT32, QK_FLOAT32}), __VA_ARGS__); break;        \
        case QK_FLOAT16: CALL(((sum_kind){false, QK_FLOAT32, QK_FLOAT16}), __VA_ARGS__); break;        \
        default: CALL(((sum_kind){false, QK_FLOAT32, QK_INT8}), __VA_ARGS__); break;                   \
        }                                                                                              \
    }

QK_TARGET static void gathered(const qk_rows *rows, const float *query, float query_norm,
                               const uint32_t *row_numbers, size_t n, float *out) {
    const qk_operand x = qk_query_operand(query, query_norm);
    const row_list list = {true, row_numbers, 0, n};
    FOR_EACH_KIND(all_distances, rows, &x, &list, out)
}

QK_TARGET static void range(const qk_rows *rows, const float *query, float query_norm,
                            uint64_t first_row, size_t n, float *out) {
    const qk_operand x = qk_query_operand(query, query_norm);
    const row_list list = {false, NULL, first_row, n};
    FOR_EACH_KIND(all_distances, rows, &x, &list, out)
}

/* Queries that are gone over again and again for a few rows should stay in the second cache. */
#define QUERY_BLOCK_BYTES (128 * 1024)

typedef struct query_batch {
    const float *numbers; /* [count x dimension] */
    const float *norms;
    size_t count;
} query_batch;

typedef float four __attribute__((vector_size(16)));
typedef int32_t four_masks __attribute__((vector_size(16)));

INLINE four four_at(const float *x) {
    four all;
    memcpy(&all, x, sizeof all);
    return all;
}

/* As finish, for four rows from `row` on: all of them at once, or, should one not settle, each by itself. */
INLINE void finish_four(const qk_rows *rows, const qk_operand *x, uint64_t row, const float *sums,
                        float *out) {
    const four sum = four_at(sums);
    four_masks settled = (sum >= -FLT_MAX) & (sum <= FLT_MAX);
    four distance = sum;
    if (rows->metric == QK_INNER_PRODUCT) {
        distance = 0.0f - sum;
    } else if (rows->metric == QK_COSINE) {
        const four norms = x->norm * four_at(rows->norms + row);
        settled &= (norms >= 0x1p-80f) & (norms <= 0x1p+80f);
        distance = 0.0f - sum / norms;
    }
    if (__builtin_expect((settled[0] & settled[1] & settled[2] & settled[3]) != 0, 1)) {
        memcpy(out, &distance, sizeof distance);
    } else {
        for (size_t r = 0; r < 4; r++) out[r] = finish(rows, x, row + r, sums[r]);
    }
}

/* TILE_QUERIES queries from `query` on with the four rows from `row` on. */
INLINE void tile_distances(sum_kind kind, const qk_rows *rows, const query_batch *queries, size_t query,
                           uint64_t row, size_t stride, float *out) {
    const float *x[TILE_QUERIES];
    const char *y[4];
    float scales[4], sums[4 * TILE_QUERIES];
    UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
        x[q] = queries->numbers + (query + q) * rows->dimension;
    }
    UNROLL for (size_t r = 0; r < 4; r++) {
        y[r] = qk_row_address(rows, row + r);
        scales[r] = kind.y == QK_INT8 ? rows->scales[row + r] : 1.0f;
    }
    sum_tile(kind, x, y, scales, rows->dimension, sums);
    UNROLL for (size_t q = 0; q < TILE_QUERIES; q++) {
        const qk_operand operand = qk_query_operand(x[q], queries->norms[query + q]);
        finish_four(rows, &operand, row, sums + 4 * q, out + q * stride);
    }
}

INLINE void batch_distances(sum_kind kind, const qk_rows *rows, const query_batch *queries,
                            const row_list *list, float *out) {
    const size_t tiled_queries = queries->count / TILE_QUERIES * TILE_QUERIES;
    const size_t tiled_rows = list->count / 4 * 4;
    const size_t query_bytes = sizeof(float) * rows->dimension + 1;
    size_t block = QUERY_BLOCK_BYTES / query_bytes / TILE_QUERIES * TILE_QUERIES;
    if (block == 0) block = TILE_QUERIES;
    for (size_t first = 0; first < tiled_queries; first += block) {
        const size_t end = tiled_queries - first < block ? tiled_queries : first + block;
        for (size_t i = 0; i < tiled_rows; i += 4) {
            for (size_t q = first; q < end; q += TILE_QUERIES) {
                tile_distances(kind, rows, queries, q, list->first + i, list->count,
                               out + q * list->count + i);
            }
        }
    }
    for (size_t q = 0; q < queries->count; q++) {
        const size_t done = q < tiled_queries ? tiled_rows : 0;
        range(rows, queries->numbers + q * rows->dimension, queries->norms[q], list->first + done,
              list->count - done, out + q * list->count + done);
    }
}

QK_TARGET static void batch(const qk_rows *rows, const float *queries, const float *query_norms,
                            size_t query_count, uint64_t first_row, size_t n, float *out) {
    const query_batch batch = {queries, query_norms, query_count};
    const row_list list = {false, NULL, first_row, n};
    FOR_EACH_KIND(batch_distances, rows, &batch, &list, out)
}

typedef void (*code_sums)(const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums);

INLINE void sum_long_codes(code_sums sum, const int8_t *x, const int8_t *y, size_t n, bool with_squares,
                           int64_t *sums) {
    sums[0] = sums[1] = 0;
    for (size_t start = 0; start < n; start += MOST_CODES) {
        int32_t part[2] = {0, 0};
        sum(x + start, y + start, n - start < MOST_CODES ? n - start : MOST_CODES, with_squares, part);
        sums[0] += part[0];
        sums[1] += part[1];
    }
}

/* Two int8 rows meet as integers. A squared distance is put together in double precision, where the
 * subtraction loses nothing that float32 would keep. */
INLINE void code_distances(code_sums sum, const qk_rows *rows, const qk_operand *x, const row_list *list,
                           float *out) {
    const int8_t *codes = (const int8_t *)x->numbers;
    const bool with_squares = rows->metric == QK_L2;
    const double scale = x->scale;
    int64_t own[2] = {0, 0};
    if (with_squares) sum_long_codes(sum, codes, codes, rows->dimension, false, own);
    for (size_t i = 0; i < list->count; i++) {
        const uint64_t row = row_at(list, i);
        if (i + ROWS < list->count) qk_prefetch(rows, row_at(list, i + ROWS));
        const double row_scale = rows->scales[row];
        int64_t sums[2];
        sum_long_codes(sum, codes, (const int8_t *)qk_row_address(rows, row), rows->dimension,
                       with_squares, sums);
        double value = scale * row_scale * (double)sums[0];
        if (with_squares) {
            value = scale * scale * (double)own[0] + row_scale * row_scale * (double)sums[1] - 2 * value;
            value = value < 0 ? 0 : value;
        }
        out[i] = finish(rows, x, row, (float)value);
    }
}

QK_TARGET static void half_distances(const qk_rows *rows, const qk_operand *x, const row_list *list,
                                     float *out) {
    if (rows->metric == QK_L2) {
        all_distances((sum_kind){true, QK_FLOAT16, QK_FLOAT16}, rows, x, list, out);
    } else {
        all_distances((sum_kind){false, QK_FLOAT16, QK_FLOAT16}, rows, x, list, out);
    }
}

INLINE void row_distances(code_sums sum, const qk_rows *rows, uint64_t row, const row_list *list,
                          float *out) {
    const qk_operand x = qk_row_operand(rows, row);
    if (rows->storage == QK_INT8) {
        code_distances(sum, rows, &x, list, out);
    } else if (rows->storage == QK_FLOAT16) {
        half_distances(rows, &x, list, out);
    } else if (list->numbered) {
        gathered(rows, x.numbers, x.norm, list->numbers, list->count, out);
    } else {
        range(rows, x.numbers, x.norm, list->first, list->count, out);
    }
}

QK_TARGET static void decode(const qk_rows *rows, uint64_t row, float *out) {
    const char *x = qk_row_address(rows, row);
    const size_t n = rows->dimension;
    if (rows->storage == QK_FLOAT32) {
        memcpy(out, x, n * sizeof(float));
        return;
    }
    const bool is_int8 = rows->storage == QK_INT8;
    const floats scale = splat(is_int8 ? rows->scales[row] : 1.0f);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        store(out + i, is_int8 ? multiply(scale, load(QK_INT8, x, i)) : load(QK_FLOAT16, x, i));
    }
    if (i == n) return;
    store_part(out + i, n - i,
               is_int8 ? multiply(scale, load_part(QK_INT8, x, i, n - i))
                       : load_part(QK_FLOAT16, x, i, n - i));
}

/* The table NAME, whose distances between rows have the target TARGET and the integer sums SUM. */
#define QK_TABLE(NAME, TARGET, SUM)                                                                    \
    TARGET static float NAME##_pair(const qk_rows *rows, uint64_t a, uint64_t b) {                     \
        const row_list list = {false, NULL, b, 1};                                                     \
        float distance;                                                                                \
        row_distances(SUM, rows, a, &list, &distance);                                                 \
        return distance;                                                                               \
    }                                                                                                  \
    TARGET static void NAME##_row_gathered(const qk_rows *rows, uint64_t row,                          \
                                           const uint32_t *row_numbers, size_t n, float *out) {        \
        const row_list list = {true, row_numbers, 0, n};                                               \
        row_distances(SUM, rows, row, &list, out);                                                     \
    }                                                                                                  \
    const qk_distance_kernels NAME = {                                                                 \
        gathered, range, batch, NAME##_pair, decode, NAME##_row_gathered,                              \
    };
