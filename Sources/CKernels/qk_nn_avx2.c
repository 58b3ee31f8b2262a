#if defined(__x86_64__)

#define QK_NN_LANES 8
#define QK_NN_ROWS 6
#define QK_NN_FOR_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define QK_NN_TABLE qk_nn_avx2
#define QK_NN_TITLE "AVX2"

#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "qk_nn_body.h"
#pragma clang attribute pop

#endif
