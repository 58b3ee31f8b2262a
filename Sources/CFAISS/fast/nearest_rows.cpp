#include "fast/nearest_rows.hpp"

#include "fast/top_k.hpp"
#include "team.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Fewer queries are compared one pair at a time.
constexpr size_t product_query_count = 4;

/// Queries whose panels are held at a time.
constexpr size_t held_query_count = 1024;

/// Rows whose distances are held at a time.
constexpr size_t scanned_row_count = 1024;

/// The memory of a block of rows that stays in the second-level cache beside a panel.
constexpr size_t block_byte_count = 192 << 10;

qk_rows part(const qk_rows &rows, size_t first, size_t count) {
    qk_rows result = rows;
    result.values = static_cast<const float *>(rows.values) + first * rows.dimension;
    result.count = count;
    return result;
}

/// Writes the numbers of the selected rows among first ..< first + count, counted from `first`.
size_t select(const faiss::IDSelector &selector, size_t first, size_t count, uint32_t *members) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        members[found] = uint32_t(i);
        found += selector.is_member(idx_t(first + i));
    }
    return found;
}

/// A few queries: the rows first ..< end are read once, at the speed of memory.
void scan(
    const qk_rows &rows, size_t first, size_t end, size_t n, const float *queries, const faiss::IDSelector *selector,
    TopK *nearest) {
    float distances[product_query_count * scanned_row_count];
    uint32_t members[scanned_row_count];
    const float norms[product_query_count] = {};
    for (; first < end; first += scanned_row_count) {
        const size_t count = std::min(scanned_row_count, end - first);
        const size_t member_count = selector == nullptr ? count : select(*selector, first, count, members);
        const bool all = member_count == count;
        if (all) {
            qk_distances_batch(&rows, queries, norms, n, first, count, distances);
        } else {
            const qk_rows block = part(rows, first, count);
            for (size_t query = 0; query < n; query++) {
                qk_distances(
                    &block, queries + query * rows.dimension, 0, members, member_count,
                    distances + query * member_count);
            }
        }
        const float *next = distances;
        for (size_t query = 0; query < n; query++) {
            float bound = nearest[query].bound();
            for (size_t i = 0; i < member_count; i++, next++) {
                if (*next > bound) continue;
                nearest[query].offer(*next, idx_t(first + (all ? i : members[i])));
                bound = nearest[query].bound();
            }
        }
    }
}

/// Many queries, packed for the product.
struct Panels {
    Panels(const qk_scan_kernels &kernels, const qk_rows &rows, size_t n, const float *queries)
        : width(kernels.panel_width), stride(width * rows.dimension), values(new float[panel_count(n) * stride]),
          squares(n) {
        for (size_t first = 0; first < n; first += width) {
            kernels.pack(
                queries + first * rows.dimension, std::min(width, n - first), rows.dimension,
                values.get() + first / width * stride);
        }
        for (size_t query = 0; query < n; query++) {
            for (size_t i = 0; i < rows.dimension; i++) {
                squares[query] += double(queries[query * rows.dimension + i]) * queries[query * rows.dimension + i];
            }
        }
    }

    size_t panel_count(size_t n) const { return (n + width - 1) / width; }

    size_t width;
    size_t stride;
    std::unique_ptr<float[]> values;
    std::vector<double> squares; // of the queries' norms
};

/// One thread's part of a product: some rows, all queries.
class Product {
public:
    Product(
        const qk_scan_kernels &kernels, const qk_rows &rows, const Panels &panels, size_t n, const float *queries,
        const faiss::IDSelector *selector)
        : kernels(kernels), rows(rows), panels(panels), n(n), queries(queries), selector(selector),
          block_row_count(rows_of_block(kernels, rows.dimension)),
          stride(rows.dimension + (rows.dimension % aliasing_dimension == 0 ? aliasing_padding : 0)),
          offsets(block_row_count), limits(panels.width), members(block_row_count),
          hits(block_row_count * panels.width) {
        if (selector != nullptr || stride != rows.dimension) gathered.reset(new float[block_row_count * stride]);
    }

    /// Offers the rows first ..< end.
    void run(size_t first, size_t end, TopK *nearest) {
        while (first < end) {
            // Until bounds are tight, most rows of a block are compared again: begin with small blocks.
            const size_t wanted = std::min(block_row_count, std::max(kernels.tile_rows, seen / kernels.tile_rows * kernels.tile_rows));
            const size_t count = std::min(wanted, end - first);
            const size_t after = std::min(block_row_count, end - first - count);
            offer(first, count, after, nearest);
            seen += count;
            first += count;
        }
    }

private:
    /// Rows of 4,096 bytes and multiples start at the same place of the first-level cache, which has fewer ways
    /// than a tile has rows.
    static constexpr size_t aliasing_dimension = 1024;
    static constexpr size_t aliasing_padding = 16;

    static size_t rows_of_block(const qk_scan_kernels &kernels, size_t dimension) {
        const size_t tiles = block_byte_count / (kernels.tile_rows * dimension * sizeof(float));
        return kernels.tile_rows * std::clamp<size_t>(tiles, 1, 64);
    }

    /// Offers `count` rows, while the `after` rows behind them are on their way.
    void offer(size_t first, size_t count, size_t after, TopK *nearest) {
        const size_t dimension = rows.dimension;
        const float *values = static_cast<const float *>(rows.values) + first * dimension;
        qk_scan_block block = {values, dimension, count, offsets.data(), nullptr, 0};
        if (selector != nullptr) {
            block.count = select(*selector, first, count, members.data());
            if (block.count == 0) return;
        }
        const bool all = block.count == count;
        if (!all || stride != dimension) {
            for (size_t i = 0; i < block.count; i++) {
                std::copy_n(values + (all ? i : members[i]) * dimension, dimension, gathered.get() + i * stride);
            }
            block.rows = gathered.get();
            block.stride = stride;
        }
        const double largest_norm = prepare(block);

        const size_t panel_count = panels.panel_count(n);
        const char *ahead = reinterpret_cast<const char *>(values + count * dimension);
        const size_t ahead_byte_count = after * dimension * sizeof(float);
        const size_t ahead_share = (ahead_byte_count / panel_count + 63) / 64 * 64;
        for (size_t panel = 0; panel < panel_count; panel++) {
            const size_t first_query = panel * panels.width;
            const size_t query_count = std::min(panels.width, n - first_query);
            for (size_t i = 0; i < query_count; i++) {
                limits[i] = limit(panels.squares[first_query + i], largest_norm, nearest[first_query + i].bound());
            }
            const size_t ahead_start = std::min(panel * ahead_share, ahead_byte_count);
            block.ahead = ahead + ahead_start;
            block.ahead_byte_count = std::min(ahead_share, ahead_byte_count - ahead_start);
            const size_t hit_count = kernels.reaching(
                &block, panels.values.get() + panel * panels.stride, query_count, dimension, limits.data(), hits.data());
            for (size_t i = 0; i < hit_count; i++) {
                const size_t query = first_query + hits[i].query;
                const size_t row = first + (all ? hits[i].row : members[hits[i].row]);
                nearest[query].offer(qk_distance(&rows, queries + query * dimension, 0, row), idx_t(row));
            }
        }
    }

    /// The offsets of a block's rows; returns the largest norm among them.
    double prepare(const qk_scan_block &block) {
        kernels.half_norms(block.rows, block.stride, block.count, rows.dimension, offsets.data());
        const float largest = *std::max_element(offsets.begin(), offsets.begin() + block.count);
        if (rows.metric != QK_L2) std::fill_n(offsets.begin(), block.count, 0.0f);
        return std::sqrt(2 * double(largest)) * 1.001;
    }

    /// A row whose value is smaller is farther than `bound`, whatever was rounded on both ways to its distance.
    ///
    /// With u = 2^-24 a sum of d products is off by at most d u times the product of the norms, give or take terms
    /// of second order; so are half a row's squared norm, with the norm twice, and the squared distance, with the
    /// distance itself. `error` is twice that and more. Products that underflow are each off by less than 2^-126.
    float limit(double query_square, double row_norm, float bound) const {
        const double error = (double(rows.dimension) + 16) * 0x1p-23;
        const double underflow = (double(rows.dimension) + 16) * 0x1p-126;
        const double query_norm = std::sqrt(query_square);
        // No partial sum overflows below this; and NaN is not below it.
        if (!(query_norm * row_norm + row_norm * row_norm < 0x1p126)) return -std::numeric_limits<float>::infinity();
        const double value = rows.metric == QK_L2
            ? (query_square - bound * (1 + error)) / 2 - error * row_norm * (query_norm + row_norm / 2)
            : -bound - error * row_norm * query_norm;
        const float rounded = float(std::min(value - underflow, 0x1p127));
        return std::nextafterf(rounded, -std::numeric_limits<float>::infinity());
    }

    const qk_scan_kernels &kernels;
    const qk_rows &rows;
    const Panels &panels;
    const size_t n;
    const float *queries;
    const faiss::IDSelector *selector;
    const size_t block_row_count;
    const size_t stride;
    std::unique_ptr<float[]> gathered;
    std::vector<float> offsets;
    std::vector<float> limits;
    std::vector<uint32_t> members;
    std::vector<qk_scan_hit> hits;
    size_t seen = 0;
};

/// Some queries over all rows, which the team's threads take piece by piece.
class Search {
public:
    Search(
        Team &team, const qk_rows &rows, size_t n, const float *queries, size_t k, const faiss::IDSelector *selector)
        : team(team), rows(rows), n(n), queries(queries), k(k), selector(selector) {}

    void run(float *distances, idx_t *labels) {
        const qk_scan_kernels &kernels = *qk_scan_best();
        std::optional<Panels> panels;
        if (n >= product_query_count) panels.emplace(kernels, rows, n, queries);
        std::vector<Found> found(team.count());
        std::atomic<size_t> next = 0;
        team.run([&](int thread) {
            Found &own = found[thread];
            if (thread == 0) {
                own.start(n, k, distances, labels);
            } else {
                own.allocate(n, k);
            }
            std::optional<Product> product;
            if (panels) product.emplace(kernels, rows, *panels, n, queries, selector);
            const size_t piece = piece_size();
            while (true) {
                const size_t first = next.fetch_add(piece);
                if (first >= rows.count) break;
                const size_t end = std::min<size_t>(first + piece, rows.count);
                if (product) {
                    product->run(first, end, own.nearest.data());
                } else {
                    scan(rows, first, end, n, queries, selector, own.nearest.data());
                }
            }
        });
        for (size_t query = 0; query < n; query++) {
            for (int thread = 1; thread < team.count(); thread++) {
                found[0].nearest[query].offer(found[thread].nearest[query]);
            }
            found[0].nearest[query].finish(rows.metric == QK_INNER_PRODUCT);
        }
    }

private:
    /// What one thread found.
    struct Found {
        void start(size_t n, size_t k, float *distances, idx_t *labels) {
            nearest.reserve(n);
            for (size_t i = 0; i < n; i++) nearest.emplace_back(k, distances + i * k, labels + i * k);
        }

        void allocate(size_t n, size_t k) {
            own_distances.reset(new float[n * k]);
            own_labels.reset(new idx_t[n * k]);
            start(n, k, own_distances.get(), own_labels.get());
        }

        std::vector<TopK> nearest;
        std::unique_ptr<float[]> own_distances;
        std::unique_ptr<idx_t[]> own_labels;
    };

    /// All rows for one thread; else small enough that the threads end together.
    size_t piece_size() const {
        if (team.count() == 1) return std::max<size_t>(rows.count, 1);
        constexpr size_t pieces_a_thread = 8;
        return std::max<size_t>(scanned_row_count, rows.count / (pieces_a_thread * size_t(team.count())) + 1);
    }

    Team &team;
    const qk_rows &rows;
    const size_t n;
    const float *queries;
    const size_t k;
    const faiss::IDSelector *selector;
};

/// No more threads than there is work for: to start one takes as long as a few million multiplications.
int useful_thread_count(int allowed, const qk_rows &rows, size_t n) {
    constexpr size_t worth_a_thread = 4 << 20;
    const size_t pairs = n * rows.count;
    return int(std::min<size_t>(size_t(std::max(allowed, 1)), 1 + pairs / (worth_a_thread / rows.dimension + 1)));
}

}  // namespace

void nearest_rows(
    const qk_rows &rows, idx_t n, const float *queries, idx_t k, const faiss::IDSelector *selector, int thread_count,
    float *distances, idx_t *labels) {
    const int threads = useful_thread_count(thread_count, rows, size_t(n));
    if (threads == 1 && n < idx_t(product_query_count)) {
        // Nothing is allocated for a query or three.
        TopK nearest[product_query_count];
        for (idx_t i = 0; i < n; i++) nearest[i] = TopK(size_t(k), distances + i * k, labels + i * k);
        scan(rows, 0, rows.count, size_t(n), queries, selector, nearest);
        for (idx_t i = 0; i < n; i++) nearest[i].finish(rows.metric == QK_INNER_PRODUCT);
        return;
    }
    Team team(threads);
    for (size_t first = 0; first < size_t(n); first += held_query_count) {
        const size_t count = std::min(held_query_count, size_t(n) - first);
        Search(team, rows, count, queries + first * rows.dimension, size_t(k), selector)
            .run(distances + first * k, labels + first * k);
    }
}

}  // namespace cfaiss
