#include "fast/nearest_lists.hpp"

#include "search.hpp"

#include <faiss/IndexPreTransform.h>
#include <faiss/utils/distances.h>

#include <algorithm>
#include <vector>

namespace cfaiss {

size_t visited_list_count(const faiss::IndexIVF &index, const SearchSettings &settings) {
    return std::min(settings.nprobe != 0 ? settings.nprobe : index.nprobe, index.nlist);
}

void nearest_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    float *distances, faiss::Index::idx_t *lists) {
    SearchSettings own;
    own.thread_count = settings.thread_count;
    own.ef_search = settings.quantizer_ef_search;
    const size_t count = visited_list_count(index, settings);
    search(*index.quantizer, n, queries, faiss::Index::idx_t(count), own, distances, lists);
    const bool is_transformed = dynamic_cast<const faiss::IndexPreTransform *>(index.quantizer) != nullptr;
    if (index.metric_type != faiss::METRIC_INNER_PRODUCT || !is_transformed) return;
    // The dot product with a residual is less than that with its row by the one with the centroid itself, not by the one
    // with what a transform makes of it.
    std::vector<float> centroid(size_t(index.d));
    for (size_t i = 0; i < size_t(n) * count; i++) {
        if (lists[i] < 0) continue;
        index.quantizer->reconstruct(lists[i], centroid.data());
        distances[i] = faiss::fvec_inner_product(queries + i / count * size_t(index.d), centroid.data(), size_t(index.d));
    }
}

}  // namespace cfaiss
