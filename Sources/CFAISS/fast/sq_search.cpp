#include "fast/fast_search.hpp"
#include "fast/sq_codes.hpp"
#include "fast/top_k.hpp"
#include "fast/visited_lists.hpp"

#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// How many rows are compared before the nearest among them are picked.
constexpr size_t block = 1024;

/// Compares rows of bytes with a query and keeps the nearest.
class Scan {
public:
    explicit Scan(const faiss::IDSelector *selector) : selector(selector) {}

    /// `ids` name the rows; without them a row's number is its label.
    void rows(const qk_sq8_query &query, const uint8_t *codes, const idx_t *ids, size_t count, TopK &nearest) {
        for (size_t first = 0; first < count; first += block) {
            const size_t size = std::min(block, count - first);
            const auto label = [&](size_t i) { return ids != nullptr ? ids[first + i] : idx_t(first + i); };
            const uint8_t *here = codes + first * query.dimension;
            size_t selected = size;
            if (selector == nullptr) {
                qk_sq8_distances_range(&query, here, size, distances);
            } else {
                selected = 0;
                for (size_t i = 0; i < size; i++) {
                    chosen[selected] = uint32_t(i);
                    selected += selector->is_member(label(i));
                }
                qk_sq8_distances(&query, here, chosen, selected, distances);
            }
            float bound = nearest.bound();
            for (size_t i = 0; i < selected; i++) {
                if (!(distances[i] <= bound)) continue; // NaN neither
                nearest.offer(distances[i], label(selector == nullptr ? i : chosen[i]));
                bound = nearest.bound();
            }
        }
    }

private:
    const faiss::IDSelector *selector;
    float distances[block];
    uint32_t chosen[block];
};

}  // namespace

bool ivf_sq_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&any);
    if (index == nullptr || !index->is_trained || !SQCodes::can_read(index->sq, index->metric_type)) return false;
    if (index->invlists->code_size != index->sq.code_size) return false;
    const bool l2 = index->metric_type == faiss::METRIC_L2;
    VisitedLists lists(*index, n, queries, settings);
    SQCodes codes(index->sq, index->metric_type);
    std::vector<float> residual(index->by_residual && l2 ? index->d : 0);
    Scan scan(settings.selector);
    for (idx_t i = 0; i < n; i++) {
        const float *query = queries + i * index->d;
        qk_sq8_query prepared = codes.prepare(query);
        const float bias = prepared.bias;
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        lists.visit(i, [&](const VisitedLists::List &list) {
            if (index->by_residual && l2) {
                index->quantizer->compute_residual(query, residual.data(), list.number);
                prepared = codes.prepare(residual.data());
            } else if (index->by_residual) {
                // A row is its centroid and what is left of it: so is its dot product.
                prepared.bias = bias - list.distance;
            }
            scan.rows(prepared, list.codes, list.ids, list.size, nearest);
        });
        nearest.finish(!l2);
    }
    return true;
}

bool sq_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexScalarQuantizer *>(&any);
    if (index == nullptr || !index->is_trained || !SQCodes::can_read(index->sq, index->metric_type)) return false;
    SQCodes codes(index->sq, index->metric_type);
    Scan scan(settings.selector);
    for (idx_t i = 0; i < n; i++) {
        const qk_sq8_query prepared = codes.prepare(queries + i * index->d);
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        scan.rows(prepared, index->codes.data(), nullptr, size_t(index->ntotal), nearest);
        nearest.finish(index->metric_type == faiss::METRIC_INNER_PRODUCT);
    }
    return true;
}

}  // namespace cfaiss
