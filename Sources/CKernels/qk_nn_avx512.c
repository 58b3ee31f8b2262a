#if defined(__x86_64__)

#define QK_NN_LANES 16
#define QK_NN_ROWS 14
#define QK_NN_FOR_ROWS(X) \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define QK_NN_TABLE qk_nn_avx512
#define QK_NN_TITLE "AVX-512"

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), apply_to = function)
#include "qk_nn_body.h"
#pragma clang attribute pop

#endif
