/* Distances to rows of bytes with NEON: two vectors of four floats as one of eight. */

#if defined(__aarch64__)

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QK_TARGET
#define QK_TABLE qk_sq8_neon
#define KERNEL static inline __attribute__((always_inline))
#define LANES 8
typedef struct lanes {
    float32x4_t low, high;
} lanes;

KERNEL lanes zero(void) { return (lanes){vdupq_n_f32(0), vdupq_n_f32(0)}; }
KERNEL lanes load(const float *p) { return (lanes){vld1q_f32(p), vld1q_f32(p + 4)}; }

KERNEL lanes codes(const uint8_t *p) {
    uint16x8_t wide = vmovl_u8(vld1_u8(p));
    return (lanes){vcvtq_f32_u32(vmovl_u16(vget_low_u16(wide))),
                   vcvtq_f32_u32(vmovl_u16(vget_high_u16(wide)))};
}

KERNEL lanes codes_part(const uint8_t *p, size_t n) {
    uint8_t padded[8] = {0};
    memcpy(padded, p, n);
    return codes(padded);
}

KERNEL lanes fused(lanes a, lanes b, lanes c) {
    return (lanes){vfmaq_f32(c.low, a.low, b.low), vfmaq_f32(c.high, a.high, b.high)};
}

KERNEL lanes less(lanes a, lanes b, lanes c) {
    return (lanes){vfmsq_f32(c.low, a.low, b.low), vfmsq_f32(c.high, a.high, b.high)};
}

KERNEL lanes add(lanes a, lanes b) {
    return (lanes){vaddq_f32(a.low, b.low), vaddq_f32(a.high, b.high)};
}

KERNEL float total(lanes v) { return vaddvq_f32(vaddq_f32(v.low, v.high)); }

KERNEL void totals(const lanes *v, float *out) {
    for (int r = 0; r < 4; r++) out[r] = total(v[r]);
}

#include "qk_sq8_body.h"

#endif
