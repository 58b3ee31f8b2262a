#include "fast/fast_search.hpp"
#include "fast/half_rows.hpp"
#include "fast/sq_codes.hpp"
#include "fast/top_k.hpp"
#include "fast/visited_lists.hpp"

#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// How many rows are compared before the nearest among them are picked.
constexpr size_t block = 1024;

/// A query to be compared with codes of 8 bits.
struct Bytes {
    qk_sq8_query query;

    size_t width() const { return query.dimension; }
    void range(const uint8_t *codes, size_t n, float *out) const { qk_sq8_distances_range(&query, codes, n, out); }
    void gathered(const uint8_t *codes, const uint32_t *rows, size_t n, float *out) const {
        qk_sq8_distances(&query, codes, rows, n, out);
    }
};

/// A query to be compared with rows in half precision.
struct Halves {
    qk_rows rows;
    const float *query;
    float bias; // added to every distance

    size_t width() const { return 2 * size_t(rows.dimension); }
    void range(const uint8_t *codes, size_t n, float *out) const {
        const qk_rows part = rows_at(codes);
        qk_distances_range(&part, query, 1, 0, n, out);
        add_bias(n, out);
    }
    void gathered(const uint8_t *codes, const uint32_t *numbers, size_t n, float *out) const {
        const qk_rows part = rows_at(codes);
        qk_distances(&part, query, 1, numbers, n, out);
        add_bias(n, out);
    }

private:
    qk_rows rows_at(const uint8_t *codes) const {
        qk_rows part = rows;
        part.values = codes;
        return part;
    }
    void add_bias(size_t n, float *out) const {
        if (bias != 0) for (size_t i = 0; i < n; i++) out[i] += bias;
    }
};

/// Compares rows with a query, `Bytes` or `Halves`, and keeps the nearest.
class Scan {
public:
    explicit Scan(const faiss::IDSelector *selector) : selector(selector) {}

    /// `ids` name the rows; without them a row's number is its label.
    template <typename Query>
    void rows(const Query &query, const uint8_t *codes, const idx_t *ids, size_t count, TopK &nearest) {
        for (size_t first = 0; first < count; first += block) {
            const size_t size = std::min(block, count - first);
            const auto label = [&](size_t i) { return ids != nullptr ? ids[first + i] : idx_t(first + i); };
            const uint8_t *here = codes + first * query.width();
            size_t selected = size;
            if (selector == nullptr) {
                query.range(here, size, distances);
            } else {
                selected = 0;
                for (size_t i = 0; i < size; i++) {
                    chosen[selected] = uint32_t(i);
                    selected += selector->is_member(label(i));
                }
                query.gathered(here, chosen, selected, distances);
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
    if (index == nullptr || !index->is_trained || index->invlists->code_size != index->sq.code_size) return false;
    const auto halves = half_rows(index->sq, index->metric_type, nullptr, 0);
    const bool l2 = index->metric_type == faiss::METRIC_L2;
    std::optional<SQCodes> bytes;
    if (!halves) {
        if (!SQCodes::can_read(index->sq, index->metric_type)) return false;
        bytes.emplace(index->sq, index->metric_type);
    }
    VisitedLists lists(*index, n, queries, settings);
    std::vector<float> residual(index->by_residual && l2 ? index->d : 0);
    Scan scan(settings.selector);
    for (idx_t i = 0; i < n; i++) {
        const float *query = queries + i * index->d;
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        Bytes of_bytes{};
        if (bytes) of_bytes.query = bytes->prepare(query);
        const float bias = of_bytes.query.bias;
        lists.visit(i, [&](const VisitedLists::List &list) {
            const float *compared = query;
            if (index->by_residual && l2) {
                index->quantizer->compute_residual(query, residual.data(), list.number);
                compared = residual.data();
                if (bytes) of_bytes.query = bytes->prepare(compared);
            }
            // A row is its centroid and what is left of it: so is its dot product.
            const float centroid = index->by_residual && !l2 ? -list.distance : 0;
            if (bytes) {
                if (index->by_residual && !l2) of_bytes.query.bias = bias + centroid;
                scan.rows(of_bytes, list.codes, list.ids, list.size, nearest);
            } else {
                scan.rows(Halves{*halves, compared, centroid}, list.codes, list.ids, list.size, nearest);
            }
        });
        nearest.finish(!l2);
    }
    return true;
}

bool sq_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexScalarQuantizer *>(&any);
    if (index == nullptr || !index->is_trained) return false;
    const auto halves = half_rows(*index);
    std::optional<SQCodes> bytes;
    if (!halves) {
        if (!SQCodes::can_read(index->sq, index->metric_type)) return false;
        bytes.emplace(index->sq, index->metric_type);
    }
    Scan scan(settings.selector);
    for (idx_t i = 0; i < n; i++) {
        const float *query = queries + i * index->d;
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        const auto compare = [&](const auto &compared) {
            scan.rows(compared, index->codes.data(), nullptr, size_t(index->ntotal), nearest);
        };
        if (halves) {
            compare(Halves{*halves, query, 0});
        } else {
            compare(Bytes{bytes->prepare(query)});
        }
        nearest.finish(index->metric_type == faiss::METRIC_INNER_PRODUCT);
    }
    return true;
}

}  // namespace cfaiss
