#ifndef QK_SQ8_TABLES_H
#define QK_SQ8_TABLES_H

#include "qk_sq8.h"

/* The numbers of the widest vector below: prepared queries are padded to a multiple of it. */
#define QK_SQ8_WIDEST 16

/* One table an instruction set, each from its own file. */
extern const qk_sq8_kernels qk_sq8_portable;
#if defined(__x86_64__)
extern const qk_sq8_kernels qk_sq8_avx2;
extern const qk_sq8_kernels qk_sq8_avx512;
#elif defined(__aarch64__)
extern const qk_sq8_kernels qk_sq8_neon;
#endif

#endif
