/* qk_distance.h: one to one, one to many, many to many. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "qk_convert.h"
#include "qk_distance.h"

enum {
    LARGE = 128 << 20, /* bytes of rows: larger than the last cache */
    SMALL = 256 << 10, /* fits the second */
    HOP = 12,          /* rows that a step of a graph's walk compares */
    QUERIES = 32,
};

static const char *const storages[] = {"float32", "float16", "int8"};
static const char *const metrics[] = {"l2", "innerProduct", "cosine"};

typedef struct call {
    const qk_distance_kernels *kernels;
    qk_rows rows;
    const float *queries, *norms;
    const uint32_t *order;
    float *out;
} call;

static void run_range(void *context) {
    const call *c = context;
    c->kernels->range(&c->rows, c->queries, 1, 0, c->rows.count, c->out);
}

static void run_gathered(void *context) {
    const call *c = context;
    for (uint64_t i = 0; i < c->rows.count; i += HOP) {
        const uint64_t left = c->rows.count - i;
        c->kernels->gathered(&c->rows, c->queries, 1, c->order + i, left < HOP ? left : HOP, c->out);
    }
}

static void run_batch(void *context) {
    const call *c = context;
    c->kernels->batch(&c->rows, c->queries, c->norms, QUERIES, 0, c->rows.count, c->out);
}

static void run_single(void *context) {
    const call *c = context;
    for (uint64_t i = 0; i < c->rows.count; i++) {
        c->kernels->range(&c->rows, c->queries, 1, i, 1, c->out);
    }
}

static void run_pairs(void *context) {
    const call *c = context;
    float sum = 0;
    for (uint64_t i = 0; i + 1 < c->rows.count; i++) sum += c->kernels->pair(&c->rows, i, i + 1);
    sink = sum;
}

/* 64 different rows, again and again. */
static void fill(char *values, size_t byte_count, uint8_t storage, uint32_t dimension) {
    const size_t row = qk_row_byte_count(storage, dimension);
    float *numbers = malloc(dimension * sizeof *numbers), scale;
    for (size_t at = 0; at + row <= byte_count; at += row) {
        if (at >= 64 * row) {
            memcpy(values + at, values + at - 64 * row, row);
            continue;
        }
        for (uint32_t i = 0; i < dimension; i++) numbers[i] = random_float();
        switch (storage) {
        case QK_FLOAT32: memcpy(values + at, numbers, row); break;
        case QK_FLOAT16: qk_float32_to_float16(numbers, (uint16_t *)(values + at), dimension); break;
        default: qk_quantize_int8(numbers, dimension, (int8_t *)(values + at), &scale);
        }
    }
    free(numbers);
}

static void print_head(const char *title, const char *first, uint32_t dimension) {
    printf("\n### %s, dimension %u\n\n| rows | metric | %s |", title, dimension, first);
    for (size_t i = 0; i < set_count; i++) printf(" %s |", sets[i].name);
    printf("\n|---|---|---|");
    for (size_t i = 0; i < set_count; i++) printf("---|");
    printf("\n");
}

typedef struct setting {
    const char *title;
    void (*run)(void *context);
    size_t byte_count;
    enum { GIGABYTES, GIGAFLOPS, NANOSECONDS } unit;
} setting;

static const setting settings[] = {
    {"One to many: a range of 128 MiB, GB/s (and share of the read)", run_range, LARGE, GIGABYTES},
    {"One to many: rows anywhere in 128 MiB, 12 a call, GB/s (and share of the read)", run_gathered, LARGE,
     GIGABYTES},
    {"One to many: a range of 256 KiB, in cache, GB/s", run_range, SMALL, GIGABYTES},
    {"Many to many: 32 queries with 256 KiB of rows, GFLOP/s (and share of the set's limit)", run_batch,
     SMALL, GIGAFLOPS},
    {"One to one: a query and a row in cache, ns", run_single, 16 << 10, NANOSECONDS},
    {"One to one: two rows in cache, ns", run_pairs, 16 << 10, NANOSECONDS},
};

static void print_setting(const setting *s, uint32_t dimension, char *values, float *ones,
                          uint32_t *order, float *queries, float *out) {
    static double peaks[MOST_SETS];
    for (size_t i = 0; i < set_count && peaks[i] == 0; i++) peaks[i] = peak_of(sets[i].simd);
    print_head(s->title, s->unit == GIGABYTES ? "plain read" : "", dimension);
    for (uint8_t storage = QK_FLOAT32; storage <= QK_INT8; storage++) {
        const uint64_t count = s->byte_count / qk_row_byte_count(storage, dimension);
        fill(values, s->byte_count, storage, dimension);
        for (uint64_t i = 0; i < count; i++) order[i] = (uint32_t)i;
        for (uint64_t i = count - 1; i > 0; i--) {
            const uint64_t other = random_bits() % (i + 1);
            const uint32_t row = order[i];
            order[i] = order[other];
            order[other] = row;
        }
        for (uint8_t metric = QK_L2; metric <= QK_COSINE; metric++) {
            bytes all = {values, s->byte_count};
            call calls[MOST_SETS];
            work contenders[1 + MOST_SETS] = {{read_bytes, &all, (double)s->byte_count}};
            const double numbers = (double)count * dimension;
            for (size_t i = 0; i < set_count; i++) {
                calls[i] = (call){qk_distance_kernels_of(sets[i].simd),
                                  {values, ones, ones, count, dimension, storage, metric},
                                  queries, ones, order, out};
                const double amount = s->unit == GIGABYTES   ? (double)s->byte_count
                                      : s->unit == GIGAFLOPS ? 2 * numbers * QUERIES
                                                             : (double)count;
                contenders[1 + i] = (work){s->run, &calls[i], amount};
            }
            double rates[1 + MOST_SETS], shares[1 + MOST_SETS];
            compare(contenders, 1 + set_count, rates, shares);
            printf("| %s | %s |", storages[storage], metrics[metric]);
            if (s->unit == GIGABYTES) printf(" %.1f |", rates[0] / 1e9);
            else printf(" |");
            for (size_t i = 0; i < set_count; i++) {
                const double rate = rates[1 + i];
                switch (s->unit) {
                case GIGABYTES:
                    printf(" %.1f", rate / 1e9);
                    if (s->byte_count == LARGE) printf(" (%.0f%%)", 100 * shares[1 + i]);
                    break;
                case GIGAFLOPS: printf(" %.0f (%.0f%%)", rate / 1e9, 100 * rate / peaks[i]); break;
                default: printf(" %.1f", 1e9 / rate);
                }
                printf(" |");
            }
            printf("\n");
            fflush(stdout);
        }
    }
}

void print_distances(void) {
    static const uint32_t dimensions[] = {384, 784};
    const size_t most_rows = LARGE / 384 + 1;
    char *values = allocate(LARGE);
    float *ones = allocate(most_rows * sizeof *ones), *out = allocate(most_rows * sizeof *out);
    uint32_t *order = allocate(most_rows * sizeof *order);
    float *queries = allocate(QUERIES * 784 * sizeof *queries);
    for (size_t i = 0; i < most_rows; i++) ones[i] = 1;
    for (size_t i = 0; i < QUERIES * 784; i++) queries[i] = random_float();
    for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
        for (size_t d = 0; d < 2; d++) {
            print_setting(&settings[s], dimensions[d], values, ones, order, queries, out);
        }
    }
    free(values);
    free(ones);
    free(out);
    free(order);
    free(queries);
}
