#include "fast/sq_codes.hpp"

namespace cfaiss {

using faiss::ScalarQuantizer;

bool SQCodes::can_read(const ScalarQuantizer &quantizer, faiss::MetricType metric) {
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return false;
    if (quantizer.code_size != quantizer.d) return false;
    switch (quantizer.qtype) {
    case ScalarQuantizer::QT_8bit: return quantizer.trained.size() == 2 * quantizer.d;
    case ScalarQuantizer::QT_8bit_uniform: return quantizer.trained.size() == 2;
    case ScalarQuantizer::QT_8bit_direct: return true;
    default: return false;
    }
}

SQCodes::SQCodes(const ScalarQuantizer &quantizer, faiss::MetricType metric)
    : base(quantizer.d), step(quantizer.d), memory(qk_sq8_query_floats(uint32_t(quantizer.d))),
      decoding{
          base.data(), step.data(), uint32_t(quantizer.d),
          uint8_t(metric == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT)} {
    const size_t d = quantizer.d;
    const std::vector<float> &trained = quantizer.trained;
    for (size_t i = 0; i < d; i++) {
        // A code means the middle of its step: minimum + (code + 1/2) / 255 * range.
        switch (quantizer.qtype) {
        case ScalarQuantizer::QT_8bit:
            step[i] = trained[d + i] / 255;
            base[i] = trained[i] + step[i] / 2;
            break;
        case ScalarQuantizer::QT_8bit_uniform:
            step[i] = trained[1] / 255;
            base[i] = trained[0] + step[i] / 2;
            break;
        default:
            step[i] = 1;
            base[i] = 0;
        }
    }
}

}  // namespace cfaiss
