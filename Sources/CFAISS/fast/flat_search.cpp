#include "fast/fast_search.hpp"
#include "fast/nearest_rows.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexFlat.h>

#include <typeinfo>

namespace cfaiss {

std::optional<qk_rows> flat_rows(const faiss::Index &index) {
    // By exact type: IndexFlat1D searches under another metric.
    const std::type_info &type = typeid(index);
    if (type != typeid(SketchedFlat) && type != typeid(faiss::IndexFlat) && type != typeid(faiss::IndexFlatL2) && type != typeid(faiss::IndexFlatIP)) {
        return std::nullopt;
    }
    if (index.metric_type != faiss::METRIC_L2 && index.metric_type != faiss::METRIC_INNER_PRODUCT) return std::nullopt;
    qk_rows rows = {};
    rows.values = static_cast<const faiss::IndexFlat &>(index).codes.data();
    rows.count = uint64_t(index.ntotal);
    rows.dimension = uint32_t(index.d);
    rows.storage = QK_FLOAT32;
    rows.metric = index.metric_type == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
    return rows;
}

bool flat_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    const std::optional<qk_rows> rows = flat_rows(index);
    if (!rows) return false;
    nearest_rows(*rows, n, queries, k, settings.selector, settings.thread_count, distances, labels);
    return true;
}

}  // namespace cfaiss
