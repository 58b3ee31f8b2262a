/* Distances with NEON, which every aarch64 processor has: vectors of four numbers. */

#if defined(__aarch64__)

#include <arm_neon.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qk_kernels.h"

#define QK_TARGET
#define WORD static inline __attribute__((always_inline))

#define LANES 4
#define ROWS 4
#define TILE_QUERIES 4
typedef float32x4_t floats;

WORD floats zero(void) { return vdupq_n_f32(0); }
WORD floats splat(float x) { return vdupq_n_f32(x); }
WORD floats add(floats a, floats b) { return vaddq_f32(a, b); }
WORD floats subtract(floats a, floats b) { return vsubq_f32(a, b); }
WORD floats multiply(floats a, floats b) { return vmulq_f32(a, b); }
WORD floats multiply_add(floats a, floats b, floats c) { return vfmaq_f32(c, a, b); }
WORD floats multiply_subtract(floats a, floats b, floats c) { return vfmsq_f32(c, a, b); }

WORD uint8x16_t some_bytes(const void *from, size_t count) {
    const char *bytes = (const char *)from;
    uint64_t low = qk_some_bytes(bytes, count);
    uint64_t high = count > 8 ? qk_some_bytes(bytes + 8, count - 8) : 0;
    return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high)));
}

WORD floats load_float32(const float *x) { return vld1q_f32(x); }

WORD floats load_float32_part(const float *x, size_t left) {
    return vreinterpretq_f32_u8(some_bytes(x, 4 * left));
}

WORD floats from_float16(uint16x4_t x) { return vcvt_f32_f16(vreinterpret_f16_u16(x)); }

WORD floats load_float16(const uint16_t *x) { return from_float16(vld1_u16(x)); }

WORD floats load_float16_part(const uint16_t *x, size_t left) {
    return from_float16(vcreate_u16(qk_some_bytes(x, 2 * left)));
}

WORD floats from_int8(uint64_t codes) {
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(codes)))));
}

WORD floats load_int8(const int8_t *x) { return from_int8(qk_some_bytes(x, 4)); }

WORD floats load_int8_part(const int8_t *x, size_t left) { return from_int8(qk_some_bytes(x, left)); }

WORD void store(float *to, floats x) { vst1q_f32(to, x); }

WORD void store_part(float *to, size_t left, floats x) {
    float all[4];
    vst1q_f32(all, x);
    memcpy(to, all, left * sizeof *to);
}

/* Neighbours to neighbours, until one lane is left. */
WORD float total(floats x) {
    floats two = vpaddq_f32(x, x);
    return vgetq_lane_f32(vpaddq_f32(two, two), 0);
}

WORD void totals(floats a, floats b, floats c, floats d, float *out) {
    vst1q_f32(out, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)));
}

WORD int8x16_t some_codes(const int8_t *x, size_t left) {
    return left >= 16 ? vld1q_s8(x) : vreinterpretq_s8_u8(some_bytes(x, left));
}

WORD int32x4_t plus_products(int32x4_t sum, int8x16_t l, int8x16_t r) {
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(l), vget_low_s8(r)));
    return vpadalq_s16(sum, vmull_high_s8(l, r));
}

WORD void sum_codes(const int8_t *x, const int8_t *y, size_t n, bool with_squares, int32_t *sums) {
    int32x4_t xy = vdupq_n_s32(0), yy = xy;
    for (size_t i = 0; i < n; i += 16) {
        int8x16_t l = some_codes(x + i, n - i), r = some_codes(y + i, n - i);
        xy = plus_products(xy, l, r);
        if (with_squares) yy = plus_products(yy, r, r);
    }
    sums[0] = vaddvq_s32(xy);
    if (with_squares) sums[1] = vaddvq_s32(yy);
}

#include "qk_distance_body.h"

QK_TABLE(qk_distance_neon, QK_TARGET, sum_codes)

#endif
