#include "qk_cpu.h"
#include "qk_nn.h"

extern const qk_nn_kernels qk_nn_portable;
#if defined(__x86_64__)
extern const qk_nn_kernels qk_nn_avx2, qk_nn_avx512;
#endif

static const qk_nn_kernels *kernels_for(qk_simd simd) {
    switch (simd) {
#if defined(__x86_64__)
    case QK_SIMD_AVX2: return &qk_nn_avx2;
    case QK_SIMD_AVX512: return &qk_nn_avx512;
#endif
    default: return &qk_nn_portable;
    }
}

const qk_nn_kernels *qk_nn_best(void) { return kernels_for(qk_simd_in_use()); }

const qk_nn_kernels *qk_nn_at(qk_simd simd) {
    if (!qk_simd_is_available(simd)) return NULL;
    const qk_nn_kernels *kernels = kernels_for(simd);
    return simd == QK_SIMD_PORTABLE || kernels != &qk_nn_portable ? kernels : NULL;
}
