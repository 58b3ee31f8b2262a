#include "fast/fast_search.hpp"
#include "fast/top_k.hpp"
#include "sketched_flat.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// From here on one product for all queries is faster.
constexpr idx_t most_queries = 3;

/// Where the sums below are off by less than `rounding`, relative to the sizes that go into them.
constexpr int most_dimensions = 8192;
constexpr double rounding = 0.001;

/// The largest of `count` numbers that are not negative: as integers, which compilers make vectors of.
float largest(const float *numbers, size_t count) {
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        std::memcpy(&bits, numbers + i, sizeof bits);
        most = bits > most ? bits : most;
    }
    float result;
    std::memcpy(&result, &most, sizeof result);
    return result;
}

/// Beyond it a nearest row's sketch cannot lie, given the distance of the k-th nearest sketch.
///
/// A sketch is off its row by at most half its step in each number, so by `error` at most. L2: the k rows with the
/// nearest sketches are at most sqrt(kth) + error away, and the sketch of a row that is as near at most `error` farther.
/// Inner product: both errors are multiplied by the query's norm. What rounding adds is far below `rounding`.
float sketch_bound(const qk_rows &rows, const float *query, float kth) {
    const float step = largest(rows.scales, rows.count);
    const double root = std::sqrt(double(rows.dimension));
    const double error = 0.5 * double(step) * root;
    if (rows.metric == QK_L2) {
        const double farthest = std::sqrt(double(kth)) + 2 * error;
        return float(farthest * farthest * (1 + rounding));
    }
    const double query_norm = qk_norm(query, rows.dimension);
    const double largest_norm = 127.5 * double(step) * root;
    return float(double(kth) + query_norm * (2 * error + rounding * largest_norm));
}

struct Scratch {
    std::vector<float> distances;
    std::vector<float> least;
    std::vector<uint32_t> near;
    std::vector<float> moved;

    /// No less than the k-th smallest of the distances, and little more: the k-th smallest of the least ones of 4 k
    /// groups, since k groups hold such a distance. To select among all takes longer than to compare a few more rows.
    float kth_smallest(size_t k) {
        const size_t count = distances.size(), groups = std::min(count, 4 * k);
        least.assign(distances.begin(), distances.begin() + ptrdiff_t(groups));
        for (size_t first = groups; first < count; first += groups) {
            const size_t size = std::min(groups, count - first);
            const float *next = distances.data() + first;
            float *smallest = least.data();
            for (size_t i = 0; i < size; i++) smallest[i] = next[i] < smallest[i] ? next[i] : smallest[i];
        }
        const auto place = least.begin() + ptrdiff_t(k - 1);
        std::nth_element(least.begin(), place, least.end());
        return *place;
    }

    /// What a search of many rows needed goes at once; the rest stays for the thread's next query.
    void shrink() {
        constexpr size_t most_rows = 1 << 20;
        if (distances.capacity() > most_rows) *this = Scratch();
    }
};

/// Shrinks it in the end, whichever that is.
struct Shrinking {
    ~Shrinking() { scratch.shrink(); }
    Scratch &scratch;
};

}  // namespace

bool sketched_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    if (n > most_queries || settings.selector != nullptr) return false;
    const auto *index = dynamic_cast<const SketchedFlat *>(&any);
    // Where a good part of the rows is asked for, sketches spare nothing.
    if (index == nullptr || !index->is_sketched() || index->d > most_dimensions || k > index->ntotal / 4) return false;
    if (index->ntotal > idx_t(UINT32_MAX)) return false;
    const qk_rows sketches = index->sketches(), exact = index->exact();
    const size_t count = exact.count;
    thread_local Scratch scratch;
    const Shrinking shrinking{scratch};
    scratch.distances.resize(count);
    scratch.near.resize(count);
    scratch.moved.resize(size_t(index->d));
    float *all = scratch.distances.data();
    for (idx_t i = 0; i < n; i++) {
        const float *query = queries + i * index->d;
        const float *moved = index->sketch_query(query, scratch.moved.data());
        qk_distances_range(&sketches, moved, 1, 0, count, all);
        const float most = sketch_bound(sketches, moved, scratch.kth_smallest(size_t(k)));
        if (!std::isfinite(most)) return false;
        uint32_t *near = scratch.near.data();
        size_t near_count = 0;
        for (size_t row = 0; row < count; row++) {
            near[near_count] = uint32_t(row);
            near_count += all[row] <= most;
        }
        // The sketches' distances have served.
        qk_distances(&exact, query, 1, near, near_count, all);
        TopK found(size_t(k), distances + i * k, labels + i * k);
        for (size_t j = 0; j < near_count; j++) {
            if (all[j] <= found.bound()) found.offer(all[j], idx_t(near[j]));
        }
        found.finish(exact.metric == QK_INNER_PRODUCT);
    }
    return true;
}

}  // namespace cfaiss
