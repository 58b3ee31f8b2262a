#include "fast/half_rows.hpp"

#include <faiss/IndexScalarQuantizer.h>

namespace cfaiss {

std::optional<qk_rows> half_rows(
    const faiss::ScalarQuantizer &quantizer, faiss::MetricType metric, const uint8_t *codes, size_t count) {
    if (quantizer.qtype != faiss::ScalarQuantizer::QT_fp16 || quantizer.code_size != 2 * quantizer.d) return std::nullopt;
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return std::nullopt;
    qk_rows rows = {};
    rows.values = codes;
    rows.count = count;
    rows.dimension = uint32_t(quantizer.d);
    rows.storage = QK_FLOAT16;
    rows.metric = metric == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
    return rows;
}

std::optional<qk_rows> half_rows(const faiss::Index &index) {
    const auto *quantized = dynamic_cast<const faiss::IndexScalarQuantizer *>(&index);
    if (quantized == nullptr) return std::nullopt;
    return half_rows(quantized->sq, index.metric_type, quantized->codes.data(), size_t(index.ntotal));
}

}  // namespace cfaiss
