#define QK_SCAN_LANES 4
#define QK_SCAN_ROWS 4
#define QK_SCAN_FOR_ROWS(X) X(1) X(2) X(3) X(4)
#define QK_SCAN_TABLE qk_scan_portable

#include "qk_scan_body.h"
