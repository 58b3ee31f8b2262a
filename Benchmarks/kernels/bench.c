#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Each prints a section; their names select them on the command line. */
static const struct section {
    const char *name;
    void (*print)(void);
} sections[] = {
    {"limits", print_limits},
    {"distances", print_distances},
    {"codes", print_code_kernels},
    {"bfloat16", print_bfloat16},
};

instruction_set sets[MOST_SETS];
size_t set_count = 0;
volatile float sink;

static void find_sets(void) {
    static const instruction_set all[] = {{"portable", QK_SIMD_PORTABLE},
                                          {"neon", QK_SIMD_NEON},
                                          {"avx2", QK_SIMD_AVX2},
                                          {"avx512", QK_SIMD_AVX512}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (qk_simd_is_available(all[i].simd)) sets[set_count++] = all[i];
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { ROUNDS = 11 };

static double median(double *values) {
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

void compare(const work *contenders, size_t count, double *rates, double *shares) {
    double measured[MOST_CONTENDERS][ROUNDS], quotients[MOST_CONTENDERS][ROUNDS];
    long repetitions[MOST_CONTENDERS];
    for (size_t i = 0; i < count; i++) {
        /* As often as takes two milliseconds: long against the clock, short against a neighbour's turn. */
        double once = now();
        contenders[i].run(contenders[i].context);
        once = now() - once;
        repetitions[i] = once > 2e-3 ? 1 : (long)(2e-3 / (once + 1e-9)) + 1;
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++) {
            const double start = now();
            for (long r = 0; r < repetitions[i]; r++) contenders[i].run(contenders[i].context);
            const double elapsed = now() - start;
            measured[i][round] = contenders[i].amount * (double)repetitions[i] / elapsed;
            quotients[i][round] = measured[i][round] / measured[0][round];
        }
    }
    for (size_t i = 0; i < count; i++) {
        rates[i] = median(measured[i]);
        shares[i] = median(quotients[i]);
    }
}

void *allocate(size_t byte_count) {
    void *memory = aligned_alloc(4096, (byte_count + 4095) / 4096 * 4096);
    if (memory == NULL) {
        perror("bench-kernels");
        exit(1);
    }
    memset(memory, 1, byte_count);
    return memory;
}

uint64_t random_bits(void) {
    static uint64_t state = 1;
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

float random_float(void) { return (float)(random_bits() >> 40) * 0x1p-23f - 1; }

static void print_machine(void) {
    char line[256], model[256] = "unknown processor\n";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && value != NULL) strcpy(model, value + 2);
    }
    if (file != NULL) fclose(file);
    model[strcspn(model, "\n")] = 0;
    printf("Processor: %s, %ld cores online, %s%s; one thread. Nearest caches: %ld KiB, %ld KiB.\n", model,
           sysconf(_SC_NPROCESSORS_ONLN), sets[set_count - 1].name,
           qk_processor_has_vnni() ? " with VNNI" : "", sysconf(_SC_LEVEL1_DCACHE_SIZE) / 1024,
           sysconf(_SC_LEVEL2_CACHE_SIZE) / 1024);
}

int main(int argc, char **argv) {
    find_sets();
    print_machine();
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        int wanted = argc < 2;
        for (int a = 1; a < argc; a++) wanted |= strcmp(argv[a], sections[i].name) == 0;
        if (wanted) sections[i].print();
    }
    return 0;
}
