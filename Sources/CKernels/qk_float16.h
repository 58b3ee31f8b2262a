#ifndef QK_FLOAT16_H
#define QK_FLOAT16_H

#include <stdint.h>
#include <string.h>

/* IEEE binary16 in plain C, without branches so that a loop of it can be vectorised. */

static inline float qk_half_to_float(uint16_t half) {
    uint32_t magnitude = half & 0x7fffu;
    uint32_t bits = magnitude << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112f; /* moves the exponent's bias from 15 to 127, subnormals included */
    memcpy(&bits, &value, sizeof bits);
    bits |= magnitude >= 0x7c00u ? 0x7f800000u | magnitude << 13 : 0; /* infinity, NaN */
    bits |= (uint32_t)(half & 0x8000u) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t qk_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    uint32_t half;
    if (magnitude > 0x7f800000u) {
        half = 0x7e00u; /* NaN */
    } else if (magnitude >= 0x477ff000u) {
        half = 0x7c00u; /* 65520 and more */
    } else if (magnitude < 0x38800000u) {
        /* Subnormal: adding 0.5 leaves the rounding, at 2^-24, to the float32 adder. */
        float small;
        memcpy(&small, &magnitude, sizeof small);
        small += 0.5f;
        memcpy(&half, &small, sizeof half);
        half -= 0x3f000000u;
    } else {
        uint32_t odd = magnitude >> 13 & 1u;
        half = (magnitude - 0x38000000u + 0xfffu + odd) >> 13;
    }
    return (uint16_t)(sign | half);
}

#endif
