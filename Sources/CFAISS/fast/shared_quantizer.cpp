#include "fast/shared_quantizer.hpp"

#include "fast/fast_search.hpp"
#include "fast/nearest_row.hpp"
#include "guarded.hpp"

#include <algorithm>
#include <atomic>

namespace cfaiss {
namespace {

/// Stands before a quantizer while rows are added: the lists of many rows are found by a team, all else is as before.
struct Shared final : faiss::Index {
    Shared(const faiss::Index &quantizer, Team &team)
        : faiss::Index(quantizer.d, quantizer.metric_type), quantizer(quantizer), team(team) {
        ntotal = quantizer.ntotal;
    }

    void search(
        idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
        const faiss::SearchParameters *parameters) const override {
        const auto rows = flat_rows(quantizer);
        if (k == 1 && parameters == nullptr && rows && rows->count > 0) {
            nearest_row(team, *rows, n, x, distances, labels);
            return;
        }
        std::atomic<idx_t> next = 0;
        team.run([&](int) {
            constexpr idx_t piece = SharedQuantizer::piece_size;
            while (true) {
                const idx_t first = next.fetch_add(piece);
                if (first >= n) break;
                const idx_t count = std::min(piece, n - first);
                const float *own = x + first * d;
                float *own_distances = distances + first * k;
                idx_t *own_labels = labels + first * k;
                if (parameters == nullptr &&
                    fast_search(quantizer, count, own, k, SearchSettings(), own_distances, own_labels)) {
                    continue;
                }
                quantizer.search(count, own, k, own_distances, own_labels, parameters);
            }
        });
    }

    void reconstruct(idx_t key, float *out) const override { quantizer.reconstruct(key, out); }
    void compute_residual(const float *x, float *residual, idx_t key) const override {
        quantizer.compute_residual(x, residual, key);
    }
    void compute_residual_n(idx_t n, const float *x, float *residuals, const idx_t *keys) const override {
        quantizer.compute_residual_n(n, x, residuals, keys);
    }

    void add(idx_t, const float *) override { throw Failure{CFAISS_EXCEPTION, "centroids are not added with rows"}; }
    void reset() override { throw Failure{CFAISS_EXCEPTION, "centroids are not removed with rows"}; }

    const faiss::Index &quantizer;
    Team &team;
};

}  // namespace

CentroidIndex::CentroidIndex(int d, faiss::MetricType metric, Team &team, std::function<void()> iteration)
    : faiss::IndexFlat(d, metric), team(team), iteration(std::move(iteration)) {}

void CentroidIndex::search(
    idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
    const faiss::SearchParameters *parameters) const {
    iteration();
    if (k != 1 || parameters != nullptr || ntotal == 0) {
        return faiss::IndexFlat::search(n, x, k, distances, labels, parameters);
    }
    qk_rows rows = {};
    rows.values = codes.data();
    rows.count = uint64_t(ntotal);
    rows.dimension = uint32_t(d);
    rows.storage = QK_FLOAT32;
    rows.metric = metric_type == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
    nearest_row(team, rows, n, x, distances, labels);
}

SharedQuantizer::SharedQuantizer(faiss::IndexIVF *index, Team &team) : index(index) {
    if (index == nullptr || index->quantizer == nullptr) return;
    shared = std::make_unique<Shared>(*index->quantizer, team);
    own = index->quantizer;
    index->quantizer = shared.get();
}

SharedQuantizer::~SharedQuantizer() {
    if (own != nullptr) index->quantizer = own;
}

}  // namespace cfaiss
