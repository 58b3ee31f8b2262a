#include "qk_nn.h"

extern const qk_nn_kernels qk_nn_portable;
#if defined(__x86_64__)
extern const qk_nn_kernels qk_nn_avx2, qk_nn_avx512;
#endif

size_t qk_nn_count(void) {
#if defined(__x86_64__)
    return 3;
#else
    return 1;
#endif
}

const qk_nn_kernels *qk_nn_at(size_t index) {
    switch (index) {
    case 0:
        return &qk_nn_portable;
#if defined(__x86_64__)
    case 1:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &qk_nn_avx2 : NULL;
    case 2:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
                       && __builtin_cpu_supports("avx512vl")
                   ? &qk_nn_avx512
                   : NULL;
#endif
    default:
        return NULL;
    }
}

const qk_nn_kernels *qk_nn_best(void) {
    for (size_t index = qk_nn_count(); index-- > 1;) {
        const qk_nn_kernels *kernels = qk_nn_at(index);
        if (kernels) return kernels;
    }
    return &qk_nn_portable;
}
