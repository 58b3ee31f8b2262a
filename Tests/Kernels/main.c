/* The kernels of every instruction set that this machine has, against the portable ones: all lengths from 1 to
 * 257, memory that starts anywhere and ends at a page nobody may touch, awkward numbers, and numbers that are
 * none. With an argument it only prints the instruction set in use. */

#include <float.h>
#include <stdio.h>

#include "check.h"
#include "memory.h"

static size_t check_count = 0, failure_count = 0;

bool failed(bool holds) {
    check_count++;
    if (holds) return false;
    failure_count++;
    return failure_count <= 20;
}

float awkward(uint64_t *random) {
    switch (random_bits(random) % 12) {
    case 0: return 0.0f;
    case 1: return -0.0f;
    case 2: return random_float(random, -FLT_MIN, FLT_MIN);
    case 3: return random_float(random, -5e-8f, 5e-8f);
    default: return random_float(random, -2, 2);
    }
}

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1) {
        puts(qk_simd_name());
        return 0;
    }
    test_distances();
    test_byte_rows();
    test_fast_scan();
    printf("%s: %zu checks, %zu failures\n", qk_simd_name(), check_count, failure_count);
    return failure_count != 0;
}
