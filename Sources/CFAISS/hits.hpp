#pragma once

#include <faiss/Index.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace cfaiss {

using Hit = std::pair<float, faiss::Index::idx_t>;

/// Whether one hit comes before another: nearer, or as near with the smaller label.
struct Nearer {
    bool inner_product;
    bool operator()(const Hit &left, const Hit &right) const {
        if (left.first != right.first) return inner_product ? left.first > right.first : left.first < right.first;
        return left.second < right.second;
    }
};

/// The `k` nearest hits of one query.
class NearestHits {
public:
    NearestHits(faiss::Index::idx_t k, bool inner_product) : k(size_t(k)), nearer{inner_product} {}

    void add(float distance, faiss::Index::idx_t label) {
        const Hit hit(distance, label);
        if (hits.size() < k) {
            hits.push_back(hit);
            std::push_heap(hits.begin(), hits.end(), nearer);
        } else if (nearer(hit, hits.front())) {
            std::pop_heap(hits.begin(), hits.end(), nearer);
            hits.back() = hit;
            std::push_heap(hits.begin(), hits.end(), nearer);
        }
    }

    /// Writes the hits, nearest first, and label -1 for those that are missing; then it is empty.
    void give(float *distances, faiss::Index::idx_t *labels) {
        std::sort_heap(hits.begin(), hits.end(), nearer);
        constexpr float infinity = std::numeric_limits<float>::infinity();
        for (size_t i = 0; i < k; i++) {
            distances[i] = i < hits.size() ? hits[i].first : nearer.inner_product ? -infinity : infinity;
            labels[i] = i < hits.size() ? hits[i].second : -1;
        }
        hits.clear();
    }

private:
    const size_t k;
    const Nearer nearer;
    std::vector<Hit> hits;
};

}  // namespace cfaiss
