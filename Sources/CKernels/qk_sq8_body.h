/* The loops over rows of bytes, the same for every instruction set. A file that includes this has defined
 *
 *   QK_TARGET         its target attribute, or nothing
 *   QK_TABLE          the name of its table
 *   LANES, lanes      how many numbers a vector has, at most QK_SQ8_WIDEST, and its type
 *   zero()            a vector of zeros
 *   load(p)           LANES floats
 *   codes(p)          LANES bytes as floats
 *   codes_part(p, n)  the n < LANES bytes at p as floats, then zeros; nothing behind them is read
 *   fused(a, b, c)    a * b + c
 *   less(a, b, c)     c - a * b
 *   add(a, b)         a + b
 *   total(v)          the sum of a vector's numbers
 *   totals(v, out)    four such sums
 *
 * Rows go four at a time, so that a query's vector is loaded once for four rows, and each row has two sums,
 * of its even and odd vectors. Whether a row goes alone or among four, it is summed in the same order. */

#include "qk_sq8_tables.h"

#define QK_INLINE QK_TARGET static inline __attribute__((always_inline))
#define QK_TOGETHER 4

QK_INLINE lanes term(uint8_t metric, lanes code, lanes terms, lanes factors, lanes sum) {
    if (metric == QK_L2) {
        lanes difference = less(factors, code, terms);
        return fused(difference, difference, sum);
    }
    return fused(terms, code, sum);
}

/* The sums of `count` rows: 1 or QK_TOGETHER. `metric` is known to the compiler. */
QK_INLINE void sums(uint8_t metric, int count, const qk_sq8_query *query, const uint8_t *const *rows,
                    float *out) {
    const float *terms = query->terms, *factors = metric == QK_L2 ? query->factors : query->terms;
    size_t n = query->dimension, i = 0;
    lanes even[QK_TOGETHER], odd[QK_TOGETHER];
    for (int r = 0; r < count; r++) even[r] = odd[r] = zero();
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        lanes t0 = load(terms + i), f0 = load(factors + i);
        lanes t1 = load(terms + i + LANES), f1 = load(factors + i + LANES);
        for (int r = 0; r < count; r++) {
            even[r] = term(metric, codes(rows[r] + i), t0, f0, even[r]);
            odd[r] = term(metric, codes(rows[r] + i + LANES), t1, f1, odd[r]);
        }
    }
    if (i + LANES <= n) {
        lanes t = load(terms + i), f = load(factors + i);
        for (int r = 0; r < count; r++) even[r] = term(metric, codes(rows[r] + i), t, f, even[r]);
        i += LANES;
    }
    if (i < n) {
        /* The query is padded: there terms and factors are zeros. */
        lanes t = load(terms + i), f = load(factors + i);
        for (int r = 0; r < count; r++) {
            odd[r] = term(metric, codes_part(rows[r] + i, n - i), t, f, odd[r]);
        }
    }
    for (int r = 0; r < count; r++) even[r] = add(even[r], odd[r]);
    if (count == 1) {
        out[0] = query->bias + total(even[0]);
    } else {
        totals(even, out);
        for (int r = 0; r < count; r++) out[r] = query->bias + out[r];
    }
}

/* How far ahead of its use a row is asked for: 8 KiB. Left to the processor's own prefetcher a scan of
 * memory ran at half to two thirds of this. */
#define QK_AHEAD 8192

QK_INLINE void fetch(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i += 64) __builtin_prefetch(bytes + i, 0, 3);
}

QK_INLINE void loop_range(uint8_t metric, const qk_sq8_query *query, const uint8_t *codes_of_rows,
                          size_t n, float *out) {
    size_t width = query->dimension, step = QK_TOGETHER * width, size = n * width, i = 0;
    fetch(codes_of_rows, size < QK_AHEAD ? size : QK_AHEAD);
    for (; i + QK_TOGETHER <= n; i += QK_TOGETHER) {
        size_t place = i * width, later = place + QK_AHEAD;
        if (later + step <= size) fetch(codes_of_rows + later, step);
        const uint8_t *row = codes_of_rows + place;
        const uint8_t *rows[QK_TOGETHER] = {row, row + width, row + 2 * width, row + 3 * width};
        sums(metric, QK_TOGETHER, query, rows, out + i);
    }
    for (; i < n; i++) {
        const uint8_t *row = codes_of_rows + i * width;
        sums(metric, 1, query, &row, out + i);
    }
}

/* A row that starts inside a cache line ends in one more. Of a long row the first 2 KiB are enough: by then
 * the processor's own prefetcher has seen the stream. */
QK_INLINE void fetch_row(const uint8_t *row, size_t width) {
    fetch(row, width < 2048 ? width : 2048);
    __builtin_prefetch(row + width - 1, 0, 3);
}

QK_INLINE void loop_gathered(uint8_t metric, const qk_sq8_query *query, const uint8_t *codes_of_rows,
                             const uint32_t *row_numbers, size_t n, float *out) {
    size_t width = query->dimension, i = 0, next = 0;
    size_t ahead = QK_TOGETHER + QK_AHEAD / width;
    if (ahead > 32) ahead = 32;
    for (; i + QK_TOGETHER <= n; i += QK_TOGETHER) {
        for (; next < n && next < i + ahead; next++) {
            fetch_row(codes_of_rows + row_numbers[next] * width, width);
        }
        const uint8_t *rows[QK_TOGETHER];
        for (int r = 0; r < QK_TOGETHER; r++) rows[r] = codes_of_rows + row_numbers[i + r] * width;
        sums(metric, QK_TOGETHER, query, rows, out + i);
    }
    for (; i < n; i++) {
        const uint8_t *row = codes_of_rows + row_numbers[i] * width;
        sums(metric, 1, query, &row, out + i);
    }
}

QK_TARGET static void range(const qk_sq8_query *query, const uint8_t *rows, size_t n, float *out) {
    if (query->metric == QK_L2) {
        loop_range(QK_L2, query, rows, n, out);
    } else {
        loop_range(QK_INNER_PRODUCT, query, rows, n, out);
    }
}

QK_TARGET static void gathered(const qk_sq8_query *query, const uint8_t *rows,
                               const uint32_t *row_numbers, size_t n, float *out) {
    if (query->metric == QK_L2) {
        loop_gathered(QK_L2, query, rows, row_numbers, n, out);
    } else {
        loop_gathered(QK_INNER_PRODUCT, query, rows, row_numbers, n, out);
    }
}

const qk_sq8_kernels QK_TABLE = {range, gathered};
