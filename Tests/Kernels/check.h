#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_cpu.h"

/* Counts a check. True where it failed and is one of the first to, which are worth a line each. */
bool failed(bool holds);

/* ±0, subnormals of float32 and of float16, and plain numbers. */
float awkward(uint64_t *random);

/* Each suite goes through the kernels of every instruction set that this machine has. */
void test_distances(void);
void test_byte_rows(void);
void test_fast_scan(void);

#endif
