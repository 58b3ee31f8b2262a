#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Bytes between two pages that nobody may touch: they end where the second one begins, or, with `at_start`,
 * begin where the first one ends. */
typedef struct guarded {
    void *bytes;
    char *mapping;
    size_t mapped;
} guarded;

static inline guarded guarded_bytes(size_t count, int at_start) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (count + page - 1) / page * page;
    guarded g = {.mapped = inner + 2 * page};
    g.mapping = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.mapping == MAP_FAILED || mprotect(g.mapping, page, PROT_NONE) != 0 ||
        mprotect(g.mapping + page + inner, page, PROT_NONE) != 0) {
        perror("mmap");
        exit(1);
    }
    g.bytes = g.mapping + page + (at_start ? 0 : inner - count);
    return g;
}

static inline void release(guarded g) { munmap(g.mapping, g.mapped); }

/* SplitMix64. */
static inline uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline float random_float(uint64_t *state, float low, float high) {
    return low + (high - low) * (float)(random_bits(state) >> 40) * 0x1p-24f;
}

static inline uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#endif
