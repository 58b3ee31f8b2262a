#include "fast/fast_search.hpp"
#include "fast/nearest.hpp"
#include "fast/nearest_lists.hpp"
#include "fast/sq_codes.hpp"

#include <faiss/IndexScalarQuantizer.h>

#include <cstring>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// How many rows are compared before the nearest among them are picked.
constexpr size_t block = 1024;

/// Compares rows of bytes with a query and keeps the nearest.
class Scan {
public:
    explicit Scan(const faiss::IDSelector *selector) : selector(selector) {}

    /// `ids` name the rows; without them row i is first_label + i.
    void rows(
        const qk_sq8_query &query, const uint8_t *codes, const idx_t *ids, idx_t first_label, size_t count,
        Nearest &nearest) {
        for (size_t start = 0; start < count; start += block) {
            const size_t size = std::min(block, count - start);
            const uint8_t *here = codes + start * query.dimension;
            const idx_t *names = ids != nullptr ? ids + start : nullptr;
            const idx_t first = first_label + idx_t(start);
            if (selector == nullptr) {
                qk_sq8_distances_range(&query, here, size, distances);
                for (size_t i = 0; i < size; i++) {
                    if (distances[i] <= nearest.bound()) {
                        nearest.offer(distances[i], names != nullptr ? names[i] : first + idx_t(i));
                    }
                }
                continue;
            }
            size_t selected = 0;
            for (size_t i = 0; i < size; i++) {
                chosen[selected] = uint32_t(i);
                selected += selector->is_member(names != nullptr ? names[i] : first + idx_t(i));
            }
            qk_sq8_distances(&query, here, chosen, selected, distances);
            for (size_t i = 0; i < selected; i++) {
                if (distances[i] <= nearest.bound()) {
                    const size_t row = chosen[i];
                    nearest.offer(distances[i], names != nullptr ? names[row] : first + idx_t(row));
                }
            }
        }
    }

private:
    const faiss::IDSelector *selector;
    float distances[block];
    uint32_t chosen[block];
};

void visit(
    const faiss::IndexIVFScalarQuantizer &index, const float *query, const idx_t *lists, const float *list_distances,
    idx_t nprobe, size_t max_codes, SQCodes &codes, std::vector<float> &residual, Scan &scan, Nearest &nearest) {
    const bool l2 = index.metric_type == faiss::METRIC_L2;
    qk_sq8_query prepared = codes.prepare(query);
    const float bias = prepared.bias;
    size_t visited = 0;
    for (idx_t probe = 0; probe < nprobe; probe++) {
        const idx_t number = lists[probe];
        if (number < 0) continue;
        const HeldList list(*index.invlists, size_t(number));
        if (list.size == 0) continue;
        prefetch_ids(list.ids, list.size);
        if (index.by_residual) {
            if (l2) {
                index.quantizer->compute_residual(query, residual.data(), number);
                prepared = codes.prepare(residual.data());
            } else {
                prepared.bias = bias - list_distances[probe];
            }
        }
        scan.rows(prepared, list.codes, list.ids, 0, list.size, nearest);
        visited += list.size;
        if (max_codes != 0 && visited >= max_codes) break;
    }
}

}  // namespace

bool search_ivf_sq(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&any);
    if (index == nullptr || !index->is_trained || !SQCodes::can_read(index->sq, index->metric_type)) return false;
    if (index->invlists->code_size != index->sq.code_size) return false;
    const NearestLists nearest_lists(*index, n, queries, settings);
    const size_t max_codes = settings.max_codes != 0 ? settings.max_codes : index->max_codes;
    SQCodes codes(index->sq, index->metric_type);
    std::vector<float> residual(index->by_residual ? index->d : 0);
    Scan scan(settings.selector);
    Nearest nearest;
    for (idx_t i = 0; i < n; i++) {
        nearest.begin(size_t(k));
        visit(
            *index, queries + i * index->d, nearest_lists.lists_of(i), nearest_lists.distances_of(i),
            nearest_lists.nprobe, max_codes, codes, residual, scan, nearest);
        nearest.finish(index->metric_type, distances + i * k, labels + i * k);
    }
    return true;
}

bool search_sq(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexScalarQuantizer *>(&any);
    if (index == nullptr || !index->is_trained || !SQCodes::can_read(index->sq, index->metric_type)) return false;
    SQCodes codes(index->sq, index->metric_type);
    Scan scan(settings.selector);
    Nearest nearest;
    for (idx_t i = 0; i < n; i++) {
        nearest.begin(size_t(k));
        const qk_sq8_query prepared = codes.prepare(queries + i * index->d);
        scan.rows(prepared, index->codes.data(), nullptr, 0, size_t(index->ntotal), nearest);
        nearest.finish(index->metric_type, distances + i * k, labels + i * k);
    }
    return true;
}

}  // namespace cfaiss
