#if defined(__x86_64__)

#include <stdint.h>
#include <string.h>

#define QK_SCAN_LANES 8
#define QK_SCAN_ROWS 6
#define QK_SCAN_FOR_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define QK_SCAN_TABLE qk_scan_avx2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "qk_scan_body.h"
#pragma clang attribute pop

#endif
