#include "fast/fast_search.hpp"
#include "fast/reservoir.hpp"
#include "fast/visited_lists.hpp"

#include "CKernels.h"

#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexPQFastScan.h>
#include <faiss/invlists/BlockInvertedLists.h>

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// How many rows are scanned before the bound is lowered.
constexpr size_t block = 1024;

/// A query's tables, and what it takes to make and to use them.
class FastScan {
public:
    FastScan(const faiss::ProductQuantizer &quantizer, faiss::MetricType metric, const faiss::IDSelector *selector)
        : quantizer(quantizer), metric(metric == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT), selector(selector),
          tables(quantizer.M * QK_PQ4_CODES), bytes(padded_parts() * QK_PQ4_CODES + 64) {}

    static bool can_read(const faiss::ProductQuantizer &quantizer, size_t bbs, size_t M2) {
        return quantizer.nbits == 4 && bbs == QK_PQ4_BLOCK && M2 == (quantizer.M + 1) / 2 * 2 &&
               quantizer.centroids.size() == quantizer.M * QK_PQ4_CODES * quantizer.dsub;
    }

    /// The distances of `query` to all centroids become the tables.
    void measure(const float *query) {
        qk_pq4_tables(
            metric, query, quantizer.centroids.data(), quantizer.M, quantizer.dsub, tables.data());
        scale = qk_pq4_quantize(tables.data(), quantizer.M, aligned_bytes());
    }

    /// `ids` name the rows; without them a row's number is its label. `bias` is added to every distance.
    void rows(const uint8_t *blocks, const idx_t *ids, size_t count, float bias, Reservoir &nearest) {
        const float offset = scale.offset + bias;
        const size_t parts = padded_parts();
        for (size_t start = 0; start < count; start += block) {
            // Rounded up, so that nothing is lost; the exact comparison is the reservoir's.
            const float most = (nearest.bound() - offset) / scale.step + 1;
            if (!(most >= 0)) continue;
            const size_t size = std::min(block, count - start);
            const uint16_t bound = most < 65535 ? uint16_t(most) : 65535;
            const size_t found = qk_pq4_scan(
                blocks + start / QK_PQ4_BLOCK * parts * QK_PQ4_CODES, size, parts, aligned_bytes(), bound, near, sums);
            for (size_t i = 0; i < found; i++) {
                const size_t row = start + near[i];
                const idx_t label = ids != nullptr ? ids[row] : idx_t(row);
                if (selector != nullptr && !selector->is_member(label)) continue;
                nearest.offer(offset + scale.step * float(sums[i]), label);
            }
        }
    }

private:
    size_t padded_parts() const { return (quantizer.M + 1) / 2 * 2; }
    uint8_t *aligned_bytes() { return bytes.data() + (64 - uintptr_t(bytes.data()) % 64) % 64; }

    const faiss::ProductQuantizer &quantizer;
    const uint8_t metric;
    const faiss::IDSelector *selector;
    std::vector<float> tables;
    std::vector<uint8_t> bytes;
    qk_pq4_scale scale{};
    uint32_t near[block];
    uint16_t sums[block];
};

}  // namespace

bool ivf_pq_fast_scan_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexIVFPQFastScan *>(&any);
    if (index == nullptr || !index->is_trained) return false;
    if (index->metric_type != faiss::METRIC_L2 && index->metric_type != faiss::METRIC_INNER_PRODUCT) return false;
    if (!FastScan::can_read(index->pq, size_t(index->bbs), index->M2)) return false;
    const auto *blocks = dynamic_cast<const faiss::BlockInvertedLists *>(index->invlists);
    if (blocks == nullptr || blocks->n_per_block != QK_PQ4_BLOCK) return false;
    if (blocks->block_size != index->M2 * QK_PQ4_CODES) return false;
    const bool l2 = index->metric_type == faiss::METRIC_L2;
    VisitedLists lists(*index, n, queries, settings);
    FastScan scan(index->pq, index->metric_type, settings.selector);
    std::vector<float> residual(index->by_residual && l2 ? index->d : 0);
    Reservoir nearest;
    for (idx_t i = 0; i < n; i++) {
        const float *query = queries + i * index->d;
        nearest.begin(size_t(k));
        if (residual.empty()) scan.measure(query);
        lists.visit(i, [&](const VisitedLists::List &list) {
            if (!residual.empty()) {
                index->quantizer->compute_residual(query, residual.data(), list.number);
                scan.measure(residual.data());
            }
            // A row is its centroid and what is left of it: so is its dot product.
            const float bias = index->by_residual && !l2 ? -list.distance : 0;
            scan.rows(list.codes, list.ids, list.size, bias, nearest);
        });
        nearest.finish(index->metric_type, distances + i * k, labels + i * k);
    }
    return true;
}

bool pq_fast_scan_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexPQFastScan *>(&any);
    if (index == nullptr || !index->is_trained) return false;
    if (index->metric_type != faiss::METRIC_L2 && index->metric_type != faiss::METRIC_INNER_PRODUCT) return false;
    if (!FastScan::can_read(index->pq, size_t(index->bbs), index->M2)) return false;
    FastScan scan(index->pq, index->metric_type, settings.selector);
    Reservoir nearest;
    for (idx_t i = 0; i < n; i++) {
        nearest.begin(size_t(k));
        scan.measure(queries + i * index->d);
        scan.rows(index->codes.get(), nullptr, size_t(index->ntotal), 0, nearest);
        nearest.finish(index->metric_type, distances + i * k, labels + i * k);
    }
    return true;
}

}  // namespace cfaiss
