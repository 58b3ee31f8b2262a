#include "fast/nearest_row.hpp"

#include <algorithm>
#include <atomic>
#include <cfloat>
#include <memory>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// What of the queries, and what of the rows, stays in the second-level cache.
constexpr size_t held_byte_count = 192 << 10;

/// How many of `size` fit there, in whole units.
size_t fitting(size_t size, size_t unit) {
    return unit * std::clamp<size_t>(held_byte_count / (size * unit), 1, 64);
}

class Search {
public:
    Search(const qk_rows &rows, size_t n, const float *queries, float *distances, idx_t *labels)
        : kernels(*qk_scan_best()), dimension(rows.dimension), row_count(rows.count),
          values(static_cast<const float *>(rows.values)), squared(rows.metric == QK_L2), n(n), queries(queries),
          distances(distances), labels(labels), block_row_count(fitting(dimension * sizeof(float), kernels.tile_rows)),
          piece_size(fitting(dimension * sizeof(float), kernels.panel_width)), offsets(row_count) {
        if (squared) kernels.half_norms(values, dimension, row_count, dimension, offsets.data());
    }

    /// One thread's work: pieces of queries until none is left.
    void run() {
        const std::unique_ptr<float[]> panels(new float[piece_size * dimension]);
        std::vector<float> best(piece_size), half_norms(piece_size);
        std::vector<uint32_t> best_row(piece_size);
        while (true) {
            const size_t first = next.fetch_add(piece_size);
            if (first >= n) break;
            const size_t count = std::min(piece_size, n - first);
            const float *own = queries + first * dimension;
            for (size_t i = 0; i < count; i += width()) {
                kernels.pack(own + i * dimension, std::min(width(), count - i), dimension, panels.get() + i * dimension);
            }
            std::fill_n(best.begin(), count, -FLT_MAX);
            std::fill_n(best_row.begin(), count, 0);
            for (size_t row = 0; row < row_count; row += block_row_count) {
                const size_t rows = std::min(block_row_count, row_count - row);
                const qk_scan_block block = {values + row * dimension, dimension, rows, offsets.data() + row, nullptr, 0};
                for (size_t i = 0; i < count; i += width()) {
                    kernels.largest(
                        &block, panels.get() + i * dimension, std::min(width(), count - i), dimension, uint32_t(row),
                        best.data() + i, best_row.data() + i);
                }
            }
            std::copy_n(best_row.begin(), count, labels + first);
            if (distances == nullptr) continue;
            if (squared) kernels.half_norms(own, dimension, count, dimension, half_norms.data());
            for (size_t i = 0; i < count; i++) {
                distances[first + i] = squared ? std::max(2 * (half_norms[i] - best[i]), 0.0f) : best[i];
            }
        }
    }

private:
    size_t width() const { return kernels.panel_width; }

    const qk_scan_kernels &kernels;
    const size_t dimension;
    const size_t row_count;
    const float *values;
    const bool squared;
    const size_t n;
    const float *queries;
    float *distances;
    idx_t *labels;
    const size_t block_row_count;
    const size_t piece_size;
    std::vector<float> offsets;
    std::atomic<size_t> next = 0;
};

}  // namespace

void nearest_row(
    Team &team, const qk_rows &rows, idx_t n, const float *queries, float *distances, idx_t *labels) {
    Search search(rows, size_t(n), queries, distances, labels);
    team.run([&](int) { search.run(); });
}

}  // namespace cfaiss
