/* Distances to rows of 4 bits a part, by tables. */

#include <math.h>

#include "check.h"
#include "memory.h"
#include "qk_pq4_kernels.h"

enum { LONGEST = 257, PARTS = 5, SETS = 4 };

static const qk_simd sets[SETS] = {QK_SIMD_PORTABLE, QK_SIMD_NEON, QK_SIMD_AVX2, QK_SIMD_AVX512};

static void check(bool holds, const char *what, qk_simd set, size_t parts, size_t number) {
    if (!failed(holds)) return;
    fprintf(stderr, "FAILED: fast scan: %s, instruction set %d, %zu parts, number %zu\n", what, (int)set, parts,
            number);
}

static guarded floats(size_t count, uint64_t *random, float (*number)(uint64_t *random)) {
    guarded g = guarded_bytes(count * sizeof(float), count % 3 == 0);
    for (size_t i = 0; i < count; i++) ((float *)g.bytes)[i] = number(random);
    return g;
}

static guarded bytes(size_t count, uint64_t *random) {
    guarded g = guarded_bytes(count, count % 3 == 0);
    for (size_t i = 0; i < count; i++) ((uint8_t *)g.bytes)[i] = (uint8_t)random_bits(random);
    return g;
}

/* Of each part to its 16 centroids, for every width of a part. */
static void test_tables(uint8_t metric, size_t parts, size_t width) {
    uint64_t random = 1000 * parts + width;
    guarded query = floats(parts * width, &random, awkward);
    guarded centroids = floats(parts * QK_PQ4_CODES * width, &random, awkward);
    guarded out = guarded_bytes(parts * QK_PQ4_CODES * sizeof(float), 0);
    for (size_t s = 0; s < SETS; s++) {
        const qk_pq4_kernels *kernels = qk_pq4_kernels_of(sets[s]);
        if (kernels == NULL) continue;
        kernels->tables(metric, query.bytes, centroids.bytes, parts, width, out.bytes);
        for (size_t i = 0; i < parts * QK_PQ4_CODES; i++) {
            const float *x = (float *)query.bytes + i / QK_PQ4_CODES * width;
            const float *y = (float *)centroids.bytes + i * width;
            double expected = 0, size = 1e-30;
            for (size_t j = 0; j < width; j++) {
                const double a = x[j], b = y[j];
                expected += metric == QK_L2 ? (a - b) * (a - b) : -a * b;
                size += (fabs(a) + fabs(b)) * (fabs(a) + fabs(b));
            }
            const double found = ((float *)out.bytes)[i];
            check(fabs(found - expected) <= 1e-6 * size, "far from double precision", sets[s], parts, i);
        }
    }
    release(query);
    release(centroids);
    release(out);
}

static float plain(uint64_t *random) { return random_float(random, -1, 3); }

static void test_rounding(size_t parts) {
    uint64_t random = parts;
    const size_t padded = (parts + 1) / 2 * 2 * QK_PQ4_CODES, count = parts * QK_PQ4_CODES;
    guarded tables = floats(count, &random, plain);
    const float *values = tables.bytes;
    for (size_t s = 0; s < SETS; s++) {
        const qk_pq4_kernels *kernels = qk_pq4_kernels_of(sets[s]);
        if (kernels == NULL) continue;
        guarded out = bytes(padded, &random);
        const uint8_t *rounded = out.bytes;
        const qk_pq4_scale scale = kernels->quantize(values, parts, out.bytes);
        double offset = 0;
        size_t largest_sum = 0;
        for (size_t part = 0; part < parts; part++) {
            const float *row = values + part * QK_PQ4_CODES;
            const uint8_t *row_rounded = rounded + part * QK_PQ4_CODES;
            float low = row[0];
            uint8_t largest = 0;
            for (size_t i = 0; i < QK_PQ4_CODES; i++) {
                low = fminf(low, row[i]);
                if (row_rounded[i] > largest) largest = row_rounded[i];
            }
            for (size_t i = 0; i < QK_PQ4_CODES; i++) {
                check(fabsf(low + (float)row_rounded[i] * scale.step - row[i]) <= 0.501f * scale.step,
                      "not the nearest step", sets[s], parts, part * QK_PQ4_CODES + i);
            }
            offset += low;
            largest_sum += largest;
        }
        check(fabs(scale.offset - offset) <= 1e-4 * (double)parts, "another offset", sets[s], parts, 0);
        check(largest_sum <= 65535, "a sum that overflows", sets[s], parts, largest_sum);
        for (size_t i = count; i < padded; i++) check(rounded[i] == 0, "filled with no zero", sets[s], parts, i);
        release(out);
    }
    release(tables);
}

/* Tables that are flat, infinite or no numbers. */
static void test_odd_tables(void) {
    const float odd[] = {0, INFINITY, NAN, 3e38f};
    for (size_t o = 0; o < 4; o++) {
        for (size_t s = 0; s < SETS; s++) {
            const qk_pq4_kernels *kernels = qk_pq4_kernels_of(sets[s]);
            if (kernels == NULL) continue;
            float tables[2 * QK_PQ4_CODES];
            uint8_t rounded[2 * QK_PQ4_CODES];
            for (size_t i = 0; i < 2 * QK_PQ4_CODES; i++) tables[i] = odd[o];
            tables[5] = -odd[o];
            check(kernels->quantize(tables, 2, rounded).step > 0, "a step that is not positive", sets[s], 2, o);
        }
    }
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void test_scan(size_t parts, size_t count) {
    static const uint8_t order[16] = {0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15};
    uint64_t random = 1000 * parts + count;
    const size_t blocks = (count + QK_PQ4_BLOCK - 1) / QK_PQ4_BLOCK;
    guarded codes = bytes(blocks * parts * 16, &random), tables = bytes(parts * QK_PQ4_CODES, &random);
    int *sums_expected = calloc(blocks * QK_PQ4_BLOCK, sizeof(int)), *sorted = calloc(count, sizeof(int));
    for (size_t i = 0; i < blocks * parts * 16; i++) {
        const size_t block = i / (parts * 16), part = i / 16 % parts;
        const uint8_t both = ((uint8_t *)codes.bytes)[i], *table = (uint8_t *)tables.bytes + part * QK_PQ4_CODES;
        int *sums = sums_expected + block * QK_PQ4_BLOCK + order[i % 16];
        sums[0] += table[both & 15];
        sums[16] += table[both >> 4];
    }
    memcpy(sorted, sums_expected, count * sizeof(int));
    qsort(sorted, count, sizeof(int), ascending);
    guarded rows = guarded_bytes(count * sizeof(uint32_t), 0), sums = guarded_bytes(count * sizeof(uint16_t), 0);
    const int bounds[] = {0, sorted[count / 2], 65535};
    for (size_t b = 0; b < 3; b++) {
        for (size_t s = 0; s < SETS; s++) {
            const qk_pq4_kernels *kernels = qk_pq4_kernels_of(sets[s]);
            if (kernels == NULL) continue;
            const size_t found = kernels->scan(
                codes.bytes, count, parts, tables.bytes, (uint16_t)bounds[b], rows.bytes, sums.bytes);
            size_t near = 0;
            for (size_t row = 0; row < count; row++) {
                if (sums_expected[row] > bounds[b]) continue;
                check(near < found && ((uint32_t *)rows.bytes)[near] == row &&
                          ((uint16_t *)sums.bytes)[near] == sums_expected[row],
                      "not the rows within the bound", sets[s], parts, row);
                near++;
            }
            check(found == near, "more rows than within the bound", sets[s], parts, found);
        }
    }
    free(sums_expected);
    free(sorted);
    release(codes);
    release(tables);
    release(rows);
    release(sums);
}

void test_fast_scan(void) {
    for (uint8_t metric = QK_L2; metric <= QK_INNER_PRODUCT; metric++) {
        for (size_t width = 1; width <= LONGEST; width++) test_tables(metric, width % PARTS + 1, width);
    }
    for (size_t parts = 1; parts <= LONGEST; parts++) test_rounding(parts);
    test_rounding(1001);
    test_odd_tables();
    const size_t counts[] = {1, 16, 31, 32, 33, 64, 200};
    for (size_t parts = 2; parts <= LONGEST + 1; parts += 2) {
        for (size_t c = 0; c < 7; c++) {
            /* No sum may overflow, and one of 257 parts' largest bytes does not. */
            test_scan(parts, counts[c]);
        }
    }
}
