#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"

/* Measurements of kernels, printed as Markdown. A table is a function in a file of its own, declared here and
 * listed in bench.c. */
void print_limits(void);
void print_distances(void);
void print_code_kernels(void);
void print_bfloat16(void);

/* The instruction sets of this machine, portable first. */
enum { MOST_SETS = 3 };
typedef struct instruction_set {
    const char *name;
    qk_simd simd;
} instruction_set;
extern instruction_set sets[MOST_SETS];
extern size_t set_count;

/* A piece of work to be timed. */
typedef struct work {
    void (*run)(void *context);
    void *context;
    double amount; /* of bytes, operations or whatever else a run does */
} work;

/* Rounds of all contenders, one after the other: fills `rates` with the median of each one's amount a
 * second, and `shares` with the median of the quotient of its rate and the first one's in the same round. */
enum { MOST_CONTENDERS = 8 };
void compare(const work *contenders, size_t count, double *rates, double *shares);

/* Keeps a result from being optimised away. */
extern volatile float sink;

/* Memory that is aligned to a line and has been written to. */
void *allocate(size_t byte_count);

uint64_t random_bits(void);
float random_float(void); /* -1 to 1 */

/* The limits of this machine: a sum of all bytes with the widest vectors, and the fused multiply-adds, or
 * multiplications and additions, of one set alone. */
typedef struct bytes {
    const char *start;
    size_t count;
} bytes;
void read_bytes(void *bytes);
double peak_of(qk_simd simd); /* floating-point operations a second */

#endif
