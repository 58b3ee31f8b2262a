#pragma once

#include "CKernels.h"

#include <faiss/MetricType.h>
#include <faiss/impl/ScalarQuantizer.h>

#include <vector>

namespace cfaiss {

/// FAISS's 8-bit scalar quantizers as our kernels know them.
class SQCodes {
public:
    /// Whether our kernels can decode what `quantizer` encodes.
    static bool can_read(const faiss::ScalarQuantizer &quantizer, faiss::MetricType metric);

    SQCodes(const faiss::ScalarQuantizer &quantizer, faiss::MetricType metric);
    ~SQCodes();
    SQCodes(const SQCodes &) = delete;
    SQCodes &operator=(const SQCodes &) = delete;

    const qk_sq8 &decoder() const { return decoding; }

    /// The query for the kernels. It lasts until the next call.
    qk_sq8_query prepare(const float *query) { return qk_sq8_prepare(&decoding, query, numbers.data()); }

private:
    /// The prepared query, and behind it what decodes.
    std::vector<float> numbers;
    qk_sq8 decoding;
};

}  // namespace cfaiss
