/* Vectors of QK_NN_LANES floats and the functions on them that a transformer needs. Included once by each
 * instruction set's file, between its target attributes; see qk_nn_body.h. */

#include <string.h>

typedef float vf __attribute__((ext_vector_type(QK_NN_LANES)));
typedef int32_t vi __attribute__((ext_vector_type(QK_NN_LANES)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROUNDED(count, unit) (((count) + (unit) - 1) / (unit) * (unit))

INLINE vf load(const float *from) {
    vf v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void store(float *to, vf v) { memcpy(to, &v, sizeof v); }

/* The first `count` of a vector; the others are `rest`. */
INLINE vf load_some(const float *from, size_t count, float rest) {
    float whole[QK_NN_LANES];
    for (size_t i = 0; i < QK_NN_LANES; i++) whole[i] = i < count ? from[i] : rest;
    return load(whole);
}

INLINE void store_some(float *to, size_t count, vf v) {
    float whole[QK_NN_LANES];
    store(whole, v);
    for (size_t i = 0; i < count; i++) to[i] = whole[i];
}

INLINE vf splat(float x) {
    vf zero = {0};
    return zero + x;
}

/* a where either is NaN. One instruction each, unlike fminf and fmaxf. */
INLINE vf smaller(vf a, vf b) { return b < a ? b : a; }
INLINE vf larger(vf a, vf b) { return b > a ? b : a; }

/* A vector whose lane i is the given one's lane i xor `distance`, a power of two. */
INLINE vf exchanged(vf v, const int distance) {
#if QK_NN_LANES == 4
    return distance == 1 ? __builtin_shufflevector(v, v, 1, 0, 3, 2) : __builtin_shufflevector(v, v, 2, 3, 0, 1);
#elif QK_NN_LANES == 8
    return distance == 1   ? __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
           : distance == 2 ? __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5)
                           : __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
#else
    return distance == 1
               ? __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
           : distance == 2
               ? __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
           : distance == 4
               ? __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
               : __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
#endif
}

/* Every lane holds the sum of all lanes. */
INLINE vf sum_all(vf v) {
    if (QK_NN_LANES > 8) v += exchanged(v, 8);
    if (QK_NN_LANES > 4) v += exchanged(v, 4);
    v += exchanged(v, 2);
    return v + exchanged(v, 1);
}

/* Every lane holds the largest of all lanes. */
INLINE vf largest_all(vf v) {
    if (QK_NN_LANES > 8) v = larger(v, exchanged(v, 8));
    if (QK_NN_LANES > 4) v = larger(v, exchanged(v, 4));
    v = larger(v, exchanged(v, 2));
    return larger(v, exchanged(v, 1));
}

INLINE float sum(vf v) { return sum_all(v)[0]; }

/* e^x for x in [-87, 88], below and above clamped to it; relative error below 2e-7.
 * x = n ln 2 + r with n whole and |r| <= ln 2 / 2; e^r by its Taylor series up to r^7; 2^n by the exponent
 * bits. Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the low bits. */
INLINE vf exponential(vf x) {
    const float rounding = 12582912.0f;
    x = smaller(larger(x, splat(-87.0f)), splat(88.0f));
    vf shifted = x * 1.44269504f + rounding;
    vf n = shifted - rounding;
    vf r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    vf p = splat(1.0f / 5040);
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    vi bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits - 0x4B400000) << 23;
    vi scaled;
    memcpy(&scaled, &p, sizeof scaled);
    scaled += bits;
    memcpy(&p, &scaled, sizeof p);
    return p;
}

/* The error function as an odd polynomial over an even one, both minimax on [-4, 4]; absolute error
 * below 3e-7 (Eigen and XLA use the same quotient). */
INLINE vf error_function(vf x) {
    x = smaller(larger(x, splat(-4.0f)), splat(4.0f));
    vf s = x * x;
    vf p = splat(-2.72614225801306e-10f);
    p = p * s + 2.77068142495902e-08f;
    p = p * s + -2.10102402082508e-06f;
    p = p * s + -5.69250639462346e-05f;
    p = p * s + -7.34990630326855e-04f;
    p = p * s + -2.95459980854025e-03f;
    p = p * s + -1.60960333262415e-02f;
    vf q = splat(-1.45660718464996e-05f);
    q = q * s + -2.13374055278905e-04f;
    q = q * s + -1.68282697438203e-03f;
    q = q * s + -7.37332916720468e-03f;
    q = q * s + -1.42647390514189e-02f;
    return x * p / q;
}

INLINE vf activated(vf x, int activation) {
    switch (activation) {
    case QK_NN_RELU:
        return larger(x, splat(0));
    case QK_NN_GELU:
        return x * (0.5f * error_function(x * 0.70710678f) + 0.5f);
    case QK_NN_GELU_TANH: {
        /* (1 + tanh(u)) / 2 = 1 / (1 + e^(-2u)) */
        vf u = x * (0.79788456f + 0.035677408f * (x * x));
        return x / (1.0f + exponential(-2.0f * u));
    }
    default:
        return x;
    }
}
