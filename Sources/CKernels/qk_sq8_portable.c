/* Distances to rows of bytes in plain C: eight sums side by side, which a compiler turns into whatever
 * vectors it may use. */

#include <stddef.h>
#include <stdint.h>

#define QK_TARGET
#define QK_TABLE qk_sq8_portable
#define KERNEL static inline __attribute__((always_inline))
#define LANES 8
typedef struct lanes {
    float x[LANES];
} lanes;

#define EACH(VALUE)                                                                                    \
    lanes result;                                                                                      \
    for (size_t j = 0; j < LANES; j++) result.x[j] = VALUE;                                            \
    return result

KERNEL lanes zero(void) { EACH(0); }
KERNEL lanes load(const float *p) { EACH(p[j]); }
KERNEL lanes codes(const uint8_t *p) { EACH((float)p[j]); }
KERNEL lanes codes_part(const uint8_t *p, size_t n) { EACH(j < n ? (float)p[j] : 0); }
KERNEL lanes fused(lanes a, lanes b, lanes c) { EACH(a.x[j] * b.x[j] + c.x[j]); }
KERNEL lanes less(lanes a, lanes b, lanes c) { EACH(c.x[j] - a.x[j] * b.x[j]); }
KERNEL lanes add(lanes a, lanes b) { EACH(a.x[j] + b.x[j]); }

KERNEL float total(lanes v) {
    return ((v.x[0] + v.x[4]) + (v.x[2] + v.x[6])) + ((v.x[1] + v.x[5]) + (v.x[3] + v.x[7]));
}

KERNEL void totals(const lanes *v, float *out) {
    for (int r = 0; r < 4; r++) out[r] = total(v[r]);
}

#include "qk_sq8_body.h"
