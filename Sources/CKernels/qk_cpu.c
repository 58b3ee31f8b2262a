#include "qk_cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

qk_simd qk_simd_of_processor(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("f16c")) {
        return QK_SIMD_PORTABLE;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return QK_SIMD_AVX512;
    }
    return QK_SIMD_AVX2;
#else
    return QK_SIMD_PORTABLE;
#endif
}

static qk_simd choose(void) {
    qk_simd best = qk_simd_of_processor();
    const char *wanted = getenv("QUIVER_SIMD");
    if (wanted == NULL) return best;
    if (strcmp(wanted, "portable") == 0) return QK_SIMD_PORTABLE;
    if (strcmp(wanted, "avx2") == 0 && best > QK_SIMD_AVX2) return QK_SIMD_AVX2;
    return best;
}

qk_simd qk_simd_in_use(void) {
    /* Every thread that races here finds the same answer, so a plain atomic is enough. -1 is "not yet". */
    static _Atomic int chosen = -1;
    int simd = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (simd < 0) {
        simd = (int)choose();
        int none = -1;
        /* The first answer stays even if the environment changes in between. */
        if (!atomic_compare_exchange_strong(&chosen, &none, simd)) simd = none;
    }
    return (qk_simd)simd;
}

const char *qk_simd_name(void) {
    switch (qk_simd_in_use()) {
    case QK_SIMD_NEON: return "neon";
    case QK_SIMD_AVX2: return "avx2";
    case QK_SIMD_AVX512: return "avx512";
    default: return "portable";
    }
}
