#pragma once

#include <faiss/Index.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace cfaiss {

/// The k nearest of what is offered, like `Nearest`, for many candidates and a large k: they are collected, and when
/// there are twice too many the farther half is dropped.
class Reservoir {
public:
    using idx_t = faiss::Index::idx_t;

    /// Forgets everything. Memory is kept from one query to the next.
    void begin(size_t k) {
        hits.clear();
        limit = k;
        room = std::max<size_t>(2 * k, 256);
        farthest = std::numeric_limits<float>::infinity();
    }

    /// What is farther than this is not kept.
    float bound() const { return farthest; }

    void offer(float distance, idx_t label) {
        if (!(distance <= farthest)) return;
        hits.push_back({distance, label});
        if (hits.size() >= room) drop_farther();
    }

    /// Writes the hits in order, and -1 where there are fewer than k. Dot products were offered negated.
    void finish(faiss::MetricType metric, float *distances, idx_t *labels) {
        if (hits.size() > limit) drop_farther();
        std::sort(hits.begin(), hits.end());
        const bool negated = metric == faiss::METRIC_INNER_PRODUCT;
        const float none = std::numeric_limits<float>::infinity();
        for (size_t i = 0; i < limit; i++) {
            const bool found = i < hits.size();
            const float distance = found ? hits[i].distance : none;
            distances[i] = negated ? 0.0f - distance : distance;
            labels[i] = found ? hits[i].label : -1;
        }
    }

private:
    struct Hit {
        float distance;
        idx_t label;
        bool operator<(const Hit &other) const {
            return distance < other.distance || (distance == other.distance && label < other.label);
        }
    };

    void drop_farther() {
        std::nth_element(hits.begin(), hits.begin() + (limit - 1), hits.end());
        hits.resize(limit);
        farthest = hits.back().distance;
    }

    std::vector<Hit> hits;
    size_t limit = 0, room = 0;
    float farthest = 0;
};

}  // namespace cfaiss
