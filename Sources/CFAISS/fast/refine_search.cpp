#include "fast/fast_search.hpp"
#include "fast/half_rows.hpp"
#include "fast/sq_codes.hpp"
#include "fast/top_k.hpp"
#include "search.hpp"

#include "CKernels.h"

#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/DistanceComputer.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Compares a few rows of the index that refines with a query: with our kernels where it is flat, of half precision or of 8 bits, else
/// with FAISS's own distances. Smaller is nearer.
class Rows {
public:
    explicit Rows(const faiss::Index &index) : metric(index.metric_type) {
        flat = flat_rows(index);
        if (!flat.has_value()) flat = half_rows(index);
        if (flat.has_value()) return;
        const auto *sq = dynamic_cast<const faiss::IndexScalarQuantizer *>(&index);
        if (sq != nullptr && SQCodes::can_read(sq->sq, metric)) {
            bytes.emplace(sq->sq, metric);
            codes = sq->codes.data();
            return;
        }
        computer.reset(index.get_distance_computer());
    }

    void distances(const float *query, const std::vector<uint32_t> &rows, float *out) {
        if (flat.has_value()) return qk_distances(&*flat, query, 1, rows.data(), rows.size(), out);
        if (bytes.has_value()) {
            const qk_sq8_query prepared = bytes->prepare(query);
            return qk_sq8_distances(&prepared, codes, rows.data(), rows.size(), out);
        }
        computer->set_query(query);
        for (size_t i = 0; i < rows.size(); i++) {
            const float distance = (*computer)(idx_t(rows[i]));
            out[i] = metric == faiss::METRIC_INNER_PRODUCT ? -distance : distance;
        }
    }

private:
    const faiss::MetricType metric;
    std::optional<qk_rows> flat;
    std::optional<SQCodes> bytes;
    const uint8_t *codes = nullptr;
    std::unique_ptr<faiss::DistanceComputer> computer;
};

}  // namespace

bool refine_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    const auto *index = dynamic_cast<const faiss::IndexRefine *>(&any);
    if (index == nullptr || index->ntotal > idx_t(UINT32_MAX)) return false;
    const double factor = settings.k_factor > 0 ? settings.k_factor : index->k_factor;
    const idx_t rows_there = std::max<idx_t>(index->ntotal, 1);
    const double wanted = std::min(double(k) * std::max(factor, 1.0), double(rows_there));
    const auto count = size_t(wanted);

    // A batch is cut so that its candidates stay in the cache.
    const idx_t together = std::max<idx_t>(1, std::min(n, idx_t((1 << 16) / count)));
    std::vector<float> base_distances(together * count), exact(count);
    std::vector<idx_t> candidates(together * count);
    std::vector<uint32_t> found;
    found.reserve(count);
    Rows rows(*index->refine_index);
    for (idx_t first = 0; first < n; first += together) {
        const idx_t size = std::min(together, n - first);
        search(
            *index->base_index, size, queries + first * index->d, idx_t(count), {settings}, base_distances.data(),
            candidates.data());
        for (idx_t i = 0; i < size; i++) {
            found.clear();
            for (size_t j = 0; j < count; j++) {
                const idx_t row = candidates[size_t(i) * count + j];
                if (row >= 0 && row < index->refine_index->ntotal) found.push_back(uint32_t(row));
            }
            const idx_t query = first + i;
            rows.distances(queries + query * index->d, found, exact.data());
            TopK nearest(size_t(k), distances + query * k, labels + query * k);
            for (size_t j = 0; j < found.size(); j++) {
                if (exact[j] <= nearest.bound()) nearest.offer(exact[j], idx_t(found[j]));
            }
            nearest.finish(index->metric_type == faiss::METRIC_INNER_PRODUCT);
        }
    }
    return true;
}

}  // namespace cfaiss
