#include "fast/sq_codes.hpp"

namespace cfaiss {

using faiss::ScalarQuantizer;

namespace {

/// The memory of the thread's last decoder, so that a search of one query need not ask for any.
thread_local std::vector<float> spare;

}  // namespace

bool SQCodes::can_read(const ScalarQuantizer &quantizer, faiss::MetricType metric) {
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return false;
    return quantizer.qtype == ScalarQuantizer::QT_8bit && quantizer.code_size == quantizer.d &&
        quantizer.trained.size() == 2 * quantizer.d;
}

SQCodes::SQCodes(const ScalarQuantizer &quantizer, faiss::MetricType metric) {
    const size_t d = quantizer.d, query_size = qk_sq8_query_floats(uint32_t(d));
    numbers.swap(spare);
    numbers.resize(query_size + 2 * d);
    float *base = numbers.data() + query_size, *step = base + d;
    decoding = {base, step, uint32_t(d), uint8_t(metric == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT)};
    const std::vector<float> &trained = quantizer.trained;
    for (size_t i = 0; i < d; i++) {
        // A code means the middle of its step: minimum + (code + 1/2) / 255 * range.
        step[i] = trained[d + i] / 255;
        base[i] = trained[i] + step[i] / 2;
    }
}

SQCodes::~SQCodes() {
    spare.swap(numbers);
}

}  // namespace cfaiss
