/* Kernels over the codes of an index (qk_sq8.h, qk_pq4.h), and over rows for a panel of queries (qk_scan.h). */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "qk_pq4.h"
#include "qk_scan.h"
#include "qk_sq8.h"

enum { LARGE = 128 << 20, SMALL = 256 << 10, WIDEST = 784, HOP = 12 };

/* What a call of any of them takes. */
typedef struct call {
    qk_simd simd;
    uint32_t dimension;
    const void *values;
    uint64_t count; /* of rows */
    qk_sq8_query query;
    const uint8_t *tables;
    const float *panel, *offsets, *limits;
    uint32_t *order;
    void *out;
    uint16_t *sums;
} call;

static void run_bytes(void *context) {
    const call *c = context;
    qk_sq8_kernels_of(c->simd)->range(&c->query, c->values, c->count, c->out);
}

static void run_bytes_anywhere(void *context) {
    const call *c = context;
    const qk_sq8_kernels *kernels = qk_sq8_kernels_of(c->simd);
    for (uint64_t i = 0; i + HOP <= c->count; i += HOP) {
        kernels->gathered(&c->query, c->values, c->order + i, HOP, c->out);
    }
}

/* Half a byte a part, of two numbers each: no row is near enough to be written out. */
static void run_fast_scan(void *context) {
    const call *c = context;
    sink = (float)qk_pq4_kernels_of(c->simd)->scan(c->values, c->count, c->dimension / 2, c->tables, 0, c->out,
                                                   c->sums);
}

static void run_panel(void *context) {
    const call *c = context;
    const qk_scan_kernels *kernels = qk_scan_at(c->simd);
    const qk_scan_block block = {c->values, c->dimension, c->count, c->offsets, NULL, 0};
    sink = (float)kernels->reaching(&block, c->panel, kernels->panel_width, c->dimension, c->limits, c->out);
}

typedef struct setting {
    const char *name;
    void (*run)(void *context);
    uint8_t metric;
    size_t byte_count;
} setting;

static const setting settings[] = {
    {"SQ8, l2", run_bytes, QK_L2, LARGE},
    {"SQ8, innerProduct", run_bytes, QK_INNER_PRODUCT, LARGE},
    {"SQ8 anywhere, 12 a call, l2", run_bytes_anywhere, QK_L2, LARGE},
    {"FastScan", run_fast_scan, QK_L2, LARGE},
    {"SQ8 in cache, l2", run_bytes, QK_L2, SMALL},
    {"SQ8 in cache, innerProduct", run_bytes, QK_INNER_PRODUCT, SMALL},
    {"FastScan in cache", run_fast_scan, QK_L2, SMALL},
};

static void print_head(const char *title, uint32_t dimension, const char *first) {
    printf("\n### %s, dimension %u\n\n| codes | %s |", title, dimension, first);
    for (size_t i = 0; i < set_count; i++) printf(" %s |", sets[i].name);
    printf("\n|---|---|");
    for (size_t i = 0; i < set_count; i++) printf("---|");
    printf("\n");
}

static void print_codes(call *shared, float *base, float *memory) {
    print_head("Codes: 128 MiB, or 256 KiB in cache, GB/s (and share of the read)", shared->dimension, "plain read");
    for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
        const setting *setting = &settings[s];
        const size_t row = setting->run == run_fast_scan ? shared->dimension / 4 : shared->dimension;
        bytes all = {shared->values, setting->byte_count / row * row};
        const qk_sq8 decoder = {base, base, shared->dimension, setting->metric};
        call calls[MOST_SETS];
        work contenders[1 + MOST_SETS] = {{read_bytes, &all, (double)all.count}};
        for (size_t i = 0; i < set_count; i++) {
            calls[i] = *shared;
            calls[i].simd = sets[i].simd;
            calls[i].count = all.count / row;
            calls[i].query = qk_sq8_prepare(&decoder, base, memory);
            contenders[1 + i] = (work){setting->run, &calls[i], (double)all.count};
        }
        double rates[1 + MOST_SETS], shares[1 + MOST_SETS];
        compare(contenders, 1 + set_count, rates, shares);
        printf("| %s | %.1f |", setting->name, rates[0] / 1e9);
        for (size_t i = 0; i < set_count; i++) printf(" %.1f (%.0f%%) |", rates[1 + i] / 1e9, 100 * shares[1 + i]);
        printf("\n");
        fflush(stdout);
    }
}

static void print_panels(call *shared) {
    print_head("A panel of queries over 256 KiB of float32 rows, GFLOP/s (and share of the set's limit)",
               shared->dimension, "");
    printf("| float32 | |");
    for (size_t i = 0; i < set_count; i++) {
        const qk_scan_kernels *kernels = qk_scan_at(sets[i].simd);
        if (kernels == NULL) {
            printf(" |");
            continue;
        }
        call c = *shared;
        c.simd = sets[i].simd;
        c.count = SMALL / (c.dimension * sizeof(float));
        const double amount = 2.0 * (double)c.count * c.dimension * (double)kernels->panel_width;
        const work contender = {run_panel, &c, amount};
        double rate, share;
        compare(&contender, 1, &rate, &share);
        printf(" %.0f (%.0f%%) |", rate / 1e9, 100 * rate / peak_of(sets[i].simd));
    }
    printf("\n");
    fflush(stdout);
}

void print_code_kernels(void) {
    static const uint32_t dimensions[] = {384, 784};
    const size_t most_rows = LARGE / (384 / 4) + QK_PQ4_BLOCK;
    uint8_t *values = allocate(LARGE);
    for (size_t i = 0; i < LARGE; i++) values[i] = (uint8_t)(i * 2654435761u >> 13);
    float *base = allocate(WIDEST * sizeof *base), *panel = allocate(WIDEST * QK_SCAN_PANEL * sizeof *panel);
    for (size_t i = 0; i < WIDEST; i++) base[i] = random_float();
    for (size_t i = 0; i < WIDEST * QK_SCAN_PANEL; i++) panel[i] = random_float();
    float *rows = allocate(SMALL), *offsets = allocate(SMALL / sizeof(float) * sizeof *offsets);
    for (size_t i = 0; i < SMALL / sizeof(float); i++) rows[i] = random_float(), offsets[i] = 0;
    float limits[QK_SCAN_PANEL];
    for (size_t i = 0; i < QK_SCAN_PANEL; i++) limits[i] = INFINITY;
    uint8_t *tables = allocate(WIDEST / 2 * QK_PQ4_CODES);
    for (size_t i = 0; i < WIDEST / 2 * QK_PQ4_CODES; i++) tables[i] = (uint8_t)(1 + random_bits() % 255);
    uint32_t *order = allocate(most_rows * sizeof *order);
    float *out = allocate(most_rows * sizeof *out), *memory = allocate(qk_sq8_query_floats(WIDEST) * sizeof(float));
    uint16_t *sums = allocate(most_rows * sizeof *sums);
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++) {
        call shared = {.dimension = dimensions[d], .values = values, .tables = tables, .panel = panel,
                       .offsets = offsets, .limits = limits, .order = order, .out = out, .sums = sums};
        const uint64_t count = LARGE / dimensions[d];
        for (uint64_t i = 0; i < count; i++) order[i] = (uint32_t)(i * 2654435761u % count);
        print_codes(&shared, base, memory);
        shared.values = rows;
        print_panels(&shared);
    }
    free(values), free(base), free(panel), free(rows), free(offsets), free(tables), free(order), free(out);
    free(memory), free(sums);
}
