#include "fast/fast_search.hpp"
#include "search.hpp"
#include "selected.hpp"

#include "CKernels.h"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/VectorTransform.h>

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// y = A x + b for one query. FAISS's goes through BLAS, which is made for many.
void apply(const faiss::LinearTransform &linear, const float *x, float *y) {
    qk_rows rows{};
    rows.values = linear.A.data();
    rows.count = uint64_t(linear.d_out);
    rows.dimension = uint32_t(linear.d_in);
    rows.storage = QK_FLOAT32;
    rows.metric = QK_INNER_PRODUCT;
    qk_distances_range(&rows, x, 1, 0, size_t(linear.d_out), y);
    for (int i = 0; i < linear.d_out; i++) y[i] = (linear.have_bias ? linear.b[i] : 0) - y[i];
}

void apply(const faiss::VectorTransform &transform, idx_t n, const float *x, float *y) {
    const auto *linear = dynamic_cast<const faiss::LinearTransform *>(&transform);
    const bool usable = linear != nullptr && linear->is_trained &&
                        linear->A.size() == size_t(linear->d_in) * size_t(linear->d_out) &&
                        (!linear->have_bias || linear->b.size() == size_t(linear->d_out));
    if (n == 1 && usable) {
        apply(*linear, x, y);
    } else {
        transform.apply_noalloc(n, x, y);
    }
}

/// Hits of equal distance by label again.
void order_equals(idx_t k, const float *distances, idx_t *labels) {
    for (idx_t first = 0; first < k;) {
        idx_t end = first + 1;
        while (end < k && distances[end] == distances[first] && labels[end] >= 0) end++;
        std::sort(labels + first, labels + end);
        first = end;
    }
}

}  // namespace

bool pre_transform_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexPreTransform *>(&any);
    if (index == nullptr || !index->is_trained) return false;
    std::vector<float> transformed(queries, queries + n * index->d), next;
    for (const faiss::VectorTransform *transform : index->chain) {
        next.resize(size_t(n) * transform->d_out);
        apply(*transform, n, transformed.data(), next.data());
        transformed.swap(next);
    }
    search(*index->index, n, transformed.data(), k, {settings}, distances, labels);
    return true;
}

bool id_map_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexIDMap *>(&any);
    if (index == nullptr) return false;
    SearchSettings inner = settings;
    const PositionSelector positions(settings.selector, index->id_map);
    if (settings.selector != nullptr || lacks_labels(*index)) inner.selector = &positions;
    search(*index->index, n, queries, k, {inner}, distances, labels);
    for (idx_t i = 0; i < n; i++) {
        idx_t *found = labels + i * k;
        for (idx_t j = 0; j < k; j++) {
            if (found[j] >= 0) found[j] = index->id_map[size_t(found[j])];
        }
        order_equals(k, distances + i * k, found);
    }
    return true;
}

}  // namespace cfaiss
