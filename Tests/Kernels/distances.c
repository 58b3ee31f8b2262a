/* Distances to rows of float32, float16 and int8. */

#include <float.h>
#include <math.h>

#include "check.h"
#include "memory.h"
#include "qk_convert.h"
#include "qk_float16.h"
#include "qk_kernels.h"

enum { ROWS = 9, QUERIES = 5, LONGEST = 257 };

typedef struct instruction_set {
    const char *name;
    const qk_distance_kernels *kernels;
} instruction_set;

static instruction_set sets[4];
static size_t set_count = 0;

static const char *const storage_names[] = {"float32", "float16", "int8"};
static const char *const metric_names[] = {"l2", "innerProduct", "cosine"};

static void check(bool holds, const char *what, const char *set, const qk_rows *rows, size_t number) {
    if (!failed(holds)) return;
    fprintf(stderr, "FAILED: %s: %s, %s, %s, dimension %u, number %zu\n", set, what,
            storage_names[rows->storage], metric_names[rows->metric], rows->dimension, number);
}

static void find_sets(void) {
    sets[set_count++] = (instruction_set){"portable", &qk_distance_portable};
#if defined(__x86_64__)
    if (qk_simd_is_available(QK_SIMD_AVX2)) {
        sets[set_count++] = (instruction_set){"avx2", &qk_distance_avx2};
    }
    if (qk_simd_is_available(QK_SIMD_AVX512)) {
        sets[set_count++] = (instruction_set){"avx512", &qk_distance_avx512};
    }
    if (qk_processor_has_vnni()) {
        sets[set_count++] = (instruction_set){"avx512 with vnni", &qk_distance_avx512_vnni};
    }
#elif defined(__aarch64__)
    sets[set_count++] = (instruction_set){"neon", &qk_distance_neon};
#endif
}

/* Rows and queries in guarded memory, and the rows as float32 numbers. */
typedef struct fixture {
    qk_rows rows;
    guarded values, norms, scales, queries, query_norms, numbers;
    float decoded[ROWS][LONGEST];
} fixture;

typedef struct expectation {
    double distance;
    double size; /* of its terms: how far rounding may lead */
} expectation;

static void store_row(fixture *f, size_t row, const float *numbers) {
    const uint32_t n = f->rows.dimension;
    char *place = (char *)f->values.bytes + row * qk_row_byte_count(f->rows.storage, n);
    float *scale = (float *)f->scales.bytes + row;
    *scale = 1;
    switch (f->rows.storage) {
    case QK_FLOAT32: memcpy(place, numbers, n * sizeof *numbers); break;
    case QK_FLOAT16: qk_float32_to_float16(numbers, (uint16_t *)place, n); break;
    default: qk_quantize_int8(numbers, n, (int8_t *)place, scale);
    }
    qk_distance_portable.decode(&f->rows, row, f->decoded[row]);
    ((float *)f->norms.bytes)[row] = qk_norm(f->decoded[row], n);
}

static float *query_of(const fixture *f, size_t query) {
    return (float *)f->queries.bytes + query * f->rows.dimension;
}

static float query_norm_of(const fixture *f, size_t query) {
    return ((float *)f->query_norms.bytes)[query];
}

static fixture make(uint8_t storage, uint8_t metric, uint32_t dimension) {
    const int at_start = dimension % 5 == 0;
    fixture f = {
        .values = guarded_bytes(ROWS * qk_row_byte_count(storage, dimension), at_start),
        .norms = guarded_bytes(ROWS * sizeof(float), at_start),
        .scales = guarded_bytes(ROWS * sizeof(float), at_start),
        .queries = guarded_bytes(QUERIES * dimension * sizeof(float), at_start),
        .query_norms = guarded_bytes(QUERIES * sizeof(float), at_start),
        .numbers = guarded_bytes(ROWS * sizeof(uint32_t), at_start),
    };
    /* What a kernel need not look at it is not given. */
    f.rows = (qk_rows){
        .values = f.values.bytes,
        .norms = metric == QK_COSINE ? f.norms.bytes : NULL,
        .scales = storage == QK_INT8 ? f.scales.bytes : NULL,
        .count = ROWS,
        .dimension = dimension,
        .storage = storage,
        .metric = metric,
    };
    return f;
}

static void fill(fixture *f, uint64_t seed, float (*number)(uint64_t *random)) {
    float numbers[LONGEST];
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < f->rows.dimension; i++) numbers[i] = number(&seed);
        store_row(f, row, numbers);
        ((uint32_t *)f->numbers.bytes)[row] = (uint32_t)(row * 7 % ROWS);
    }
    for (size_t query = 0; query < QUERIES; query++) {
        float *x = query_of(f, query);
        for (size_t i = 0; i < f->rows.dimension; i++) x[i] = number(&seed);
        ((float *)f->query_norms.bytes)[query] = qk_norm(x, f->rows.dimension);
    }
}

static void release_all(fixture *f) {
    release(f->values);
    release(f->norms);
    release(f->scales);
    release(f->queries);
    release(f->query_norms);
    release(f->numbers);
}

/* The distance in double precision. */
static expectation reference(const fixture *f, const float *x, double x_norm, size_t row) {
    const float *y = f->decoded[row];
    double dot = 0, squares = 0, size = 0;
    for (size_t i = 0; i < f->rows.dimension; i++) {
        const double difference = (double)x[i] - y[i], product = (double)x[i] * y[i];
        dot += product;
        squares += difference * difference;
        size += fabs(product);
    }
    if (f->rows.metric == QK_L2) return (expectation){squares, squares};
    if (f->rows.metric == QK_INNER_PRODUCT) return (expectation){0.0 - dot, size};
    const double norms = x_norm * ((float *)f->norms.bytes)[row];
    return norms == 0 ? (expectation){0, 0} : (expectation){0.0 - dot / norms, size / norms};
}

static expectation reference_of_query(const fixture *f, size_t query, size_t row) {
    return reference(f, query_of(f, query), query_norm_of(f, query), row);
}

/* At most 80 roundings lie between a term and the sum, each of 2^-24 of the terms' size. An int8 row is
 * decoded with a rounding that the kernels do not make, and a distance of two is put together from sums
 * larger than itself. */
static bool is_near(double found, double expected, double size, uint8_t storage) {
    return fabs(found - expected) <= 4e-6 * size + (storage == QK_INT8 ? 2e-6 : 1e-30);
}

/* Everything that a set's kernels say of a fixture, to be looked at and compared with the next set. */
typedef struct answers {
    float batch[QUERIES][ROWS];
    float pairs[ROWS][ROWS];
} answers;

static void ask(const instruction_set *set, const fixture *f, answers *a) {
    const qk_distance_kernels *k = set->kernels;
    const qk_rows *rows = &f->rows;
    const uint32_t *numbers = (const uint32_t *)f->numbers.bytes;
    guarded out = guarded_bytes(sizeof a->batch, 0);
    float *found = (float *)out.bytes;
    k->batch(rows, query_of(f, 0), (float *)f->query_norms.bytes, QUERIES, 0, ROWS, found);
    memcpy(a->batch, found, sizeof a->batch);
    float *last_row = found + (QUERIES - 1) * ROWS;
    for (size_t query = 0; query < QUERIES; query++) {
        const float *x = query_of(f, query);
        const float norm = query_norm_of(f, query);
        for (size_t first = 0; first < ROWS; first += 3) { /* 9, 6 and 3 rows */
            float *place = last_row + first;
            k->range(rows, x, norm, first, ROWS - first, place);
            check(memcmp(place, a->batch[query] + first, (ROWS - first) * sizeof(float)) == 0,
                  "range and batch differ", set->name, rows, first);
            k->gathered(rows, x, norm, numbers + first, ROWS - first, place);
            for (size_t i = 0; i < ROWS - first; i++) {
                check(bits_of(place[i]) == bits_of(a->batch[query][numbers[first + i]]),
                      "gathered and batch differ", set->name, rows, i);
            }
        }
    }
    for (size_t row = 0; row < ROWS; row++) {
        k->row_gathered(rows, row, numbers, ROWS, last_row);
        for (size_t i = 0; i < ROWS; i++) a->pairs[row][numbers[i]] = last_row[i];
        for (size_t other = 0; other < ROWS; other++) {
            check(bits_of(k->pair(rows, row, other)) == bits_of(a->pairs[row][other]),
                  "a pair and a row's distances differ", set->name, rows, other);
        }
    }
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t other = 0; other < row; other++) {
            check(bits_of(a->pairs[row][other]) == bits_of(a->pairs[other][row]),
                  "a pair is not the same both ways round", set->name, rows, other);
        }
    }
    release(out);
    guarded decoded = guarded_bytes(rows->dimension * sizeof(float), 0);
    for (size_t row = 0; row < ROWS; row++) {
        k->decode(rows, row, (float *)decoded.bytes);
        check(memcmp(decoded.bytes, f->decoded[row], rows->dimension * sizeof(float)) == 0,
              "decoded rows differ", set->name, rows, row);
    }
    release(decoded);
}

static void compare(const instruction_set *set, const fixture *f, const answers *a,
                    const answers *portable, const expectation *of_queries,
                    const expectation *of_pairs) {
    const float *found = a->batch[0], *other = portable->batch[0];
    for (size_t i = 0; i < QUERIES * ROWS; i++) {
        check(is_near(found[i], other[i], of_queries[i].size, f->rows.storage),
              "far from the portable kernel", set->name, &f->rows, i);
        check(is_near(found[i], of_queries[i].distance, of_queries[i].size, f->rows.storage),
              "far from double precision", set->name, &f->rows, i);
    }
    found = a->pairs[0], other = portable->pairs[0];
    for (size_t i = 0; i < ROWS * ROWS; i++) {
        check(f->rows.storage == QK_INT8
                  ? bits_of(found[i]) == bits_of(other[i])
                  : is_near(found[i], other[i], of_pairs[i].size, f->rows.storage),
              "a pair far from the portable kernel", set->name, &f->rows, i);
        check(is_near(found[i], of_pairs[i].distance, of_pairs[i].size, f->rows.storage),
              "a pair far from double precision", set->name, &f->rows, i);
    }
}

static void test_every_length(void) {
    for (uint8_t storage = QK_FLOAT32; storage <= QK_INT8; storage++) {
        for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
            for (uint32_t dimension = 1; dimension <= LONGEST; dimension++) {
                fixture f = make(storage, metric, dimension);
                fill(&f, 1000 * storage + dimension, awkward);
                expectation of_queries[QUERIES * ROWS], of_pairs[ROWS * ROWS];
                for (size_t i = 0; i < QUERIES * ROWS; i++) {
                    of_queries[i] = reference_of_query(&f, i / ROWS, i % ROWS);
                }
                for (size_t i = 0; i < ROWS * ROWS; i++) {
                    const size_t x = i / ROWS;
                    of_pairs[i] = reference(&f, f.decoded[x], ((float *)f.norms.bytes)[x], i % ROWS);
                }
                answers portable, other;
                for (size_t i = 0; i < set_count; i++) {
                    answers *a = i == 0 ? &portable : &other;
                    ask(&sets[i], &f, a);
                    compare(&sets[i], &f, a, &portable, of_queries, of_pairs);
                }
                release_all(&f);
            }
        }
    }
}

static float huge(uint64_t *random) {
    const float sign = random_bits(random) % 2 ? 1 : -1;
    return sign * ldexpf(random_float(random, 1, 1.99f), 60 + (int)(random_bits(random) % 68));
}

static float tiny(uint64_t *random) {
    return ldexpf(random_float(random, -1, 1), -100 - (int)(random_bits(random) % 48));
}

/* Sums that float32 cannot hold. Each kernel goes over to double precision, whose sums all have one order. */
static void test_huge_and_tiny(void) {
    const uint32_t dimensions[] = {1, 4, 31, 64, 257};
    for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
        for (size_t d = 0; d < 5; d++) {
            for (int is_huge = 0; is_huge < 2; is_huge++) {
                fixture f = make(QK_FLOAT32, metric, dimensions[d]);
                fill(&f, 5 + d, is_huge ? huge : tiny);
                for (size_t i = 0; i < set_count; i++) {
                    answers a;
                    ask(&sets[i], &f, &a);
                    for (size_t query = 0; query < QUERIES; query++) {
                        for (size_t row = 0; row < ROWS; row++) {
                            const float found = a.batch[query][row];
                            const expectation e = reference_of_query(&f, query, row);
                            check(!isnan(found), "NaN", sets[i].name, &f.rows, row);
                            const bool beyond = fabs(e.distance) > FLT_MAX;
                            check(beyond ? found == (e.distance > 0 ? INFINITY : -INFINITY)
                                         : is_near(found, e.distance, e.size, QK_FLOAT32),
                                  is_huge ? "huge numbers" : "tiny numbers", sets[i].name, &f.rows, row);
                        }
                    }
                }
                release_all(&f);
            }
        }
    }
}

/* NaN and infinities: what double precision says, and +infinity where that is NaN. */
static void test_not_finite(void) {
    const float wrong[] = {NAN, INFINITY, -INFINITY};
    for (uint8_t storage = QK_FLOAT32; storage <= QK_INT8; storage++) {
        for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
            for (uint32_t dimension = 1; dimension <= 70; dimension += 3) {
                for (size_t w = 0; w < 3; w++) {
                    fixture f = make(storage, metric, dimension);
                    fill(&f, dimension, awkward);
                    const size_t place = dimension - 1 - dimension % 7 % dimension;
                    float numbers[LONGEST];
                    memcpy(numbers, f.decoded[3], sizeof numbers);
                    numbers[place] = wrong[w];
                    if (storage != QK_INT8) store_row(&f, 3, numbers);
                    else ((float *)f.scales.bytes)[3] = wrong[w]; /* codes cannot be wrong */
                    qk_distance_portable.decode(&f.rows, 3, f.decoded[3]);
                    ((float *)f.norms.bytes)[3] = qk_norm(f.decoded[3], dimension);
                    query_of(&f, 2)[place] = wrong[w];
                    ((float *)f.query_norms.bytes)[2] = qk_norm(query_of(&f, 2), dimension);
                    for (size_t i = 0; i < set_count; i++) {
                        const qk_distance_kernels *k = sets[i].kernels;
                        for (size_t query = 0; query < QUERIES; query++) {
                            float found[ROWS];
                            k->range(&f.rows, query_of(&f, query), query_norm_of(&f, query), 0, ROWS, found);
                            for (size_t row = 0; row < ROWS; row++) {
                                if (query != 2 && row != 3) continue;
                                double expected = reference_of_query(&f, query, row).distance;
                                if (isnan(expected)) expected = INFINITY;
                                check(found[row] == (float)expected, "not finite", sets[i].name, &f.rows,
                                      row);
                            }
                        }
                        for (size_t row = 0; row < ROWS; row++) {
                            const double norm = ((float *)f.norms.bytes)[3];
                            double expected = reference(&f, f.decoded[3], norm, row).distance;
                            if (isnan(expected)) expected = INFINITY;
                            check(k->pair(&f.rows, 3, row) == (float)expected &&
                                      k->pair(&f.rows, row, 3) == (float)expected,
                                  "a pair that is not finite", sets[i].name, &f.rows, row);
                        }
                    }
                    release_all(&f);
                }
            }
        }
    }
}

static float zero(uint64_t *random) { return random_bits(random) % 2 ? 0.0f : -0.0f; }

static void test_zeros(void) {
    for (uint8_t storage = QK_FLOAT32; storage <= QK_INT8; storage++) {
        for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
            fixture f = make(storage, metric, 37);
            fill(&f, 9, zero);
            for (size_t i = 0; i < set_count; i++) {
                answers a;
                ask(&sets[i], &f, &a);
                for (size_t row = 0; row < ROWS; row++) {
                    check(bits_of(a.batch[0][row]) == 0 && bits_of(a.pairs[0][row]) == 0,
                          "zeros give another distance than +0", sets[i].name, &f.rows, row);
                }
            }
            release_all(&f);
        }
    }
}

/* The extreme codes, -128 too, which no quantiser of ours writes, in rows too long for 32-bit sums. */
static void test_long_integer_rows(void) {
    enum { n = 3 * 65536 + 17 };
    static int8_t codes[2][n];
    static const float ones[2] = {1, 1};
    const int8_t extremes[][2] = {{127, 127}, {127, -127}, {-128, -128}, {-128, 127}};
    for (size_t e = 0; e < 4; e++) {
        memset(codes[0], extremes[e][0], n);
        memset(codes[1], extremes[e][1], n);
        for (uint8_t metric = QK_L2; metric <= QK_INNER_PRODUCT; metric++) {
            const qk_rows rows = {codes, NULL, ones, 2, n, QK_INT8, metric};
            const double x = extremes[e][0], y = extremes[e][1];
            const float expected = (float)(metric == QK_L2 ? n * (x - y) * (x - y) : -n * x * y);
            for (size_t i = 0; i < set_count; i++) {
                check(sets[i].kernels->pair(&rows, 0, 1) == expected, "long integer rows", sets[i].name,
                      &rows, e);
            }
        }
    }
}

/* So many rows that they are read in several places at once: each distance is that of its row. */
static void test_long_ranges(void) {
    enum { dimension = 97, count = 2051 };
    uint64_t random = 21;
    float *numbers = malloc(count * dimension * sizeof *numbers), *scales = malloc(count * sizeof *scales);
    float *norms = malloc(count * sizeof *norms), *found = malloc(count * sizeof *found), one[dimension];
    uint16_t *halves = malloc(count * dimension * sizeof *halves);
    int8_t *codes = malloc(count * dimension);
    for (size_t i = 0; i < count * dimension; i++) numbers[i] = random_float(&random, -2, 2);
    for (size_t row = 0; row < count; row++) {
        const float *x = numbers + row * dimension;
        qk_float32_to_float16(x, halves + row * dimension, dimension);
        qk_quantize_int8(x, dimension, codes + row * dimension, scales + row);
        norms[row] = qk_norm(x, dimension);
    }
    for (size_t i = 0; i < dimension; i++) one[i] = random_float(&random, -2, 2);
    const void *values[] = {numbers, halves, codes};
    for (uint8_t storage = QK_FLOAT32; storage <= QK_INT8; storage++) {
        for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
            const qk_rows rows = {values[storage], norms, scales, count, dimension, storage, metric};
            for (size_t i = 0; i < set_count; i++) {
                for (size_t first = 0; first < 9; first++) {
                    const size_t n = count - first;
                    sets[i].kernels->range(&rows, one, 3, first, n, found);
                    for (size_t row = 0; row < n; row++) {
                        const uint32_t number = (uint32_t)(first + row);
                        float expected;
                        sets[i].kernels->gathered(&rows, one, 3, &number, 1, &expected);
                        check(bits_of(found[row]) == bits_of(expected), "a long range", sets[i].name, &rows,
                              first + row);
                    }
                }
            }
        }
    }
    free(numbers), free(scales), free(norms), free(found), free(halves), free(codes);
}

static void test_every_float16(void) {
    enum { dimension = 128, count = 65536 / dimension };
    static uint16_t halves[65536];
    for (size_t i = 0; i < 65536; i++) halves[i] = (uint16_t)i;
    const qk_rows rows = {halves, NULL, NULL, count, dimension, QK_FLOAT16, QK_L2};
    for (size_t i = 0; i < set_count; i++) {
        for (size_t row = 0; row < count; row++) {
            float decoded[dimension];
            sets[i].kernels->decode(&rows, row, decoded);
            for (size_t j = 0; j < dimension; j++) {
                const float expected = qk_half_to_float(halves[row * dimension + j]);
                check(isnan(expected) ? isnan(decoded[j]) : bits_of(expected) == bits_of(decoded[j]),
                      "a float16", sets[i].name, &rows, row * dimension + j);
            }
        }
    }
}

void test_distances(void) {
    find_sets();
    test_every_length();
    test_huge_and_tiny();
    test_not_finite();
    test_zeros();
    test_long_integer_rows();
    test_long_ranges();
    test_every_float16();
}
