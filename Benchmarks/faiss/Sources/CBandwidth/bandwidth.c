#include "CBandwidth.h"

#include <stdint.h>

/* A cache line, added as integers so that no value is slower than another; the compiler picks the instructions. */
typedef uint32_t lanes __attribute__((vector_size(64), aligned(4), may_alias));

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f"), noinline))
#define NARROW __attribute__((target("avx2"), noinline))
#else
#define NARROW __attribute__((noinline))
#endif

/* `streams` places of the memory are read in turn, each asking for what lies `ahead` bytes further on (0: the
 * processor's own prefetching alone). */
static inline __attribute__((always_inline)) unsigned read_streams(
    const unsigned char *bytes, size_t byte_count, size_t streams, size_t ahead) {
    lanes sums[4] = {{0}, {0}, {0}, {0}};
    size_t stride = byte_count / streams;
    for (size_t place = 0; place < stride; place += 256)
        for (size_t stream = 0; stream < streams; stream++) {
            const unsigned char *here = bytes + stream * stride + place;
            for (size_t i = 0; i < 4; i++) {
                if (ahead) __builtin_prefetch(here + ahead + 64 * i, 0, 3);
                sums[i] += *(const lanes *)(here + 64 * i);
            }
        }
    lanes sum = sums[0] + sums[1] + sums[2] + sums[3];
    unsigned result = 0;
    for (size_t i = 0; i < sizeof sum / sizeof sum[0]; i++) result += sum[i];
    return result;
}

static inline __attribute__((always_inline)) unsigned read_way(
    const unsigned char *bytes, size_t byte_count, int way) {
    switch (way) {
    case 0: return read_streams(bytes, byte_count, 1, 0);
    case 1: return read_streams(bytes, byte_count, 1, 2048);
    default: return read_streams(bytes, byte_count, 4, 1024);
    }
}

#if defined(__x86_64__)
WIDE static unsigned read_wide(const unsigned char *bytes, size_t byte_count, int way) {
    return read_way(bytes, byte_count, way);
}
#endif

NARROW static unsigned read_narrow(const unsigned char *bytes, size_t byte_count, int way) {
    return read_way(bytes, byte_count, way);
}

unsigned bandwidth_read(const void *bytes, size_t byte_count, int way) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return read_wide(bytes, byte_count, way);
#endif
    return read_narrow(bytes, byte_count, way);
}
