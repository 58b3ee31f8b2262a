#include "fast/nearest_lists.hpp"

#include "row_distances.hpp"
#include "search.hpp"

#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPreTransform.h>

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

/// Whether distances to rows are made of that to their centroid and what codes add: the distance to the centroid itself
/// then, not to what a transform makes of it.
bool adds_centroid_distance(const faiss::IndexIVF &index) {
    return index.metric_type == faiss::METRIC_INNER_PRODUCT ||
        dynamic_cast<const faiss::IndexIVFPQ *>(&index) != nullptr ||
        dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index) != nullptr;
}

}  // namespace

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
    if (!is_transformed || !adds_centroid_distance(index)) return;
    std::vector<float> centroid(size_t(index.d));
    for (size_t i = 0; i < size_t(n) * count; i++) {
        if (lists[i] < 0) continue;
        index.quantizer->reconstruct(lists[i], centroid.data());
        const float *query = queries + i / count * size_t(index.d);
        distances[i] = compare(query, centroid.data(), index.d, index.metric_type == faiss::METRIC_INNER_PRODUCT);
    }
}

}  // namespace cfaiss
