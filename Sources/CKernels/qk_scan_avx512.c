#if defined(__x86_64__)

#include <stdint.h>
#include <string.h>

#define QK_SCAN_LANES 16
#define QK_SCAN_ROWS 14
#define QK_SCAN_FOR_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define QK_SCAN_TABLE qk_scan_avx512

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "qk_scan_body.h"
#pragma clang attribute pop

#endif
