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
#elif defined(__aarch64__)
    return QK_SIMD_NEON;
#else
    return QK_SIMD_PORTABLE;
#endif
}

bool qk_simd_is_available(qk_simd simd) {
    const qk_simd best = qk_simd_of_processor();
    return simd == best || simd == QK_SIMD_PORTABLE ||
           (simd == QK_SIMD_AVX2 && best == QK_SIMD_AVX512);
}

bool qk_processor_has_vnni(void) {
#if defined(__x86_64__)
    return qk_simd_of_processor() == QK_SIMD_AVX512 && __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

static const char *const names[] = {
    [QK_SIMD_PORTABLE] = "portable",
    [QK_SIMD_NEON] = "neon",
    [QK_SIMD_AVX2] = "avx2",
    [QK_SIMD_AVX512] = "avx512",
};

static qk_simd choose(void) {
    const char *wanted = getenv("QUIVER_SIMD");
    for (int simd = QK_SIMD_PORTABLE; wanted != NULL && simd <= QK_SIMD_AVX512; simd++) {
        if (strcmp(wanted, names[simd]) == 0 && qk_simd_is_available((qk_simd)simd)) {
            return (qk_simd)simd;
        }
    }
    return qk_simd_of_processor();
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

const char *qk_simd_name(void) { return names[qk_simd_in_use()]; }
