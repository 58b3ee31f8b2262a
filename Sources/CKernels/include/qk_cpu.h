#ifndef QK_CPU_H
#define QK_CPU_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The instruction sets that kernels are written for, each with one file a family of kernels. */
typedef enum qk_simd {
    QK_SIMD_PORTABLE = 0,
    QK_SIMD_NEON = 1,   /* what every aarch64 processor has */
    QK_SIMD_AVX2 = 2,   /* AVX2, FMA and F16C */
    QK_SIMD_AVX512 = 3, /* AVX-512 F, BW, DQ and VL, with all of QK_SIMD_AVX2; VNNI where there is one */
} qk_simd;

/* The best instruction set that the processor has. */
qk_simd qk_simd_of_processor(void);

/* Whether the processor has it. */
bool qk_simd_is_available(qk_simd simd);

/* Whether QK_SIMD_AVX512 may use AVX512_VNNI: a property of that set, not a set of its own, since it
 * changes only how integers are multiplied, and not one result. */
bool qk_processor_has_vnni(void);

/* The instruction set that the kernels of this process use: the best one that the processor has, or the one
 * that the environment names in QUIVER_SIMD: portable, avx2, avx512 or neon (read once, at the first call).
 * A set that the processor lacks is never chosen. Safe from any thread. */
qk_simd qk_simd_in_use(void);

/* The name of `qk_simd_in_use()`: "portable", "neon", "avx2" or "avx512". */
const char *qk_simd_name(void);

#ifdef __cplusplus
}
#endif

#endif
