/* Distances to rows of bytes. */

#include <math.h>

#include "check.h"
#include "memory.h"
#include "qk_sq8_tables.h"

enum { ROWS = 7, VISITS = 9, LONGEST = 257 };

static const uint32_t visits[VISITS] = {6, 0, 3, 3, 1, 5, 2, 4, 6};
static const qk_simd sets[] = {QK_SIMD_PORTABLE, QK_SIMD_NEON, QK_SIMD_AVX2, QK_SIMD_AVX512};

/* Rows, how they decode, and a query, in guarded memory. */
typedef struct fixture {
    qk_sq8 decoder;
    guarded base, step, query, codes, prepared;
} fixture;

static void check(bool holds, const char *what, qk_simd set, const fixture *f, size_t row) {
    if (!failed(holds)) return;
    fprintf(stderr, "FAILED: bytes: %s, instruction set %d, metric %d, dimension %u, row %zu\n", what, (int)set,
            f->decoder.metric, f->decoder.dimension, row);
}

static fixture make(uint8_t metric, uint32_t dimension) {
    const int at_start = dimension % 5 == 0;
    uint64_t random = dimension;
    const size_t size = dimension * sizeof(float);
    fixture f = {
        .base = guarded_bytes(size, at_start),
        .step = guarded_bytes(size, at_start),
        .query = guarded_bytes(size, at_start),
        .codes = guarded_bytes(ROWS * dimension, at_start),
        .prepared = guarded_bytes(qk_sq8_query_floats(dimension) * sizeof(float), at_start),
    };
    f.decoder = (qk_sq8){f.base.bytes, f.step.bytes, dimension, metric};
    for (size_t i = 0; i < dimension; i++) {
        ((float *)f.base.bytes)[i] = awkward(&random);
        ((float *)f.step.bytes)[i] = i % 7 == 3 ? 0 : random_float(&random, 0, 0.01f);
        ((float *)f.query.bytes)[i] = awkward(&random);
    }
    for (size_t i = 0; i < ROWS * dimension; i++) ((uint8_t *)f.codes.bytes)[i] = (uint8_t)random_bits(&random);
    return f;
}

static void release_all(fixture *f) {
    release(f->base);
    release(f->step);
    release(f->query);
    release(f->codes);
    release(f->prepared);
}

/* The distance in double precision, and into `size` the size of its terms: how far rounding may lead. */
static double reference(const fixture *f, size_t row, double *size) {
    const uint8_t *code = (const uint8_t *)f->codes.bytes + row * f->decoder.dimension;
    double distance = 0;
    *size = 1;
    for (size_t i = 0; i < f->decoder.dimension; i++) {
        const double x = ((float *)f->query.bytes)[i];
        const double y = (double)f->decoder.base[i] + (double)f->decoder.step[i] * code[i];
        distance += f->decoder.metric == QK_L2 ? (x - y) * (x - y) : -x * y;
        *size += fabs(x * y) + x * x + y * y;
    }
    return distance;
}

/* What the kernels of `set` say of each row, into `range`. */
static bool ask(qk_simd set, const fixture *f, float *range) {
    const qk_sq8_kernels *kernels = qk_sq8_kernels_of(set);
    if (kernels == NULL) return false;
    const qk_sq8_query query = qk_sq8_prepare(&f->decoder, f->query.bytes, f->prepared.bytes);
    guarded out = guarded_bytes(VISITS * sizeof(float), 0);
    float *found = out.bytes;
    kernels->range(&query, f->codes.bytes, ROWS, found + VISITS - ROWS);
    memcpy(range, found + VISITS - ROWS, ROWS * sizeof(float));
    kernels->gathered(&query, f->codes.bytes, visits, VISITS, found);
    for (size_t i = 0; i < VISITS; i++) {
        const float expected = range[visits[i]];
        check(isnan(expected) ? isnan(found[i]) : bits_of(found[i]) == bits_of(expected),
              "gathered and range differ", set, f, visits[i]);
    }
    release(out);
    return true;
}

static void compare(const fixture *f) {
    float portable[ROWS], found[ROWS];
    ask(QK_SIMD_PORTABLE, f, portable);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (!ask(sets[i], f, found)) continue;
        for (size_t row = 0; row < ROWS; row++) {
            double size;
            const double expected = reference(f, row, &size);
            if (isnan(expected)) {
                check(isnan(found[row]), "a number where there is none", sets[i], f, row);
                continue;
            }
            check(fabs((double)found[row] - portable[row]) <= 1e-6 * size, "far from the portable kernel", sets[i],
                  f, row);
            check(fabs(found[row] - expected) <= 1e-6 * size, "far from double precision", sets[i], f, row);
        }
    }
}

static void test_decoding(const fixture *f) {
    guarded out = guarded_bytes(f->decoder.dimension * sizeof(float), 0);
    const uint8_t *code = f->codes.bytes;
    qk_sq8_decode(&f->decoder, code, out.bytes);
    for (size_t i = 0; i < f->decoder.dimension; i++) {
        const double expected = (double)f->decoder.base[i] + (double)f->decoder.step[i] * code[i];
        check(fabs(((float *)out.bytes)[i] - expected) <= 1e-6, "a decoded number", QK_SIMD_PORTABLE, f, i);
    }
    release(out);
}

void test_byte_rows(void) {
    for (uint8_t metric = QK_L2; metric <= QK_INNER_PRODUCT; metric++) {
        for (uint32_t dimension = 1; dimension <= LONGEST; dimension++) {
            fixture f = make(metric, dimension);
            compare(&f);
            test_decoding(&f);
            ((float *)f.query.bytes)[dimension / 2] = NAN;
            compare(&f);
            release_all(&f);
        }
    }
}
