#pragma once

#include <faiss/Index.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace cfaiss {

/// The k nearest of what is offered; smaller distances are nearer, of equal ones the smaller label. A NaN is never
/// kept.
class Nearest {
public:
    using idx_t = faiss::Index::idx_t;

    /// Forgets everything. Memory is kept from one query to the next.
    void begin(size_t k) {
        heap.clear();
        heap.reserve(std::min<size_t>(k, 1 << 16));
        limit = k;
        farthest = std::numeric_limits<float>::infinity();
    }

    /// What is farther than this is not kept.
    float bound() const { return farthest; }

    void offer(float distance, idx_t label) {
        if (heap.size() < limit) {
            // Also infinities count as found, but not NaN.
            if (distance != distance) return;
            heap.push_back({distance, label});
            std::push_heap(heap.begin(), heap.end());
            if (heap.size() == limit) farthest = heap.front().distance;
            return;
        }
        const Hit hit{distance, label};
        if (!(hit < heap.front())) return;
        replace_farthest(hit);
        farthest = heap.front().distance;
    }

    /// Writes the hits in order, and -1 where there are fewer than k. Dot products were offered negated.
    void finish(faiss::MetricType metric, float *distances, idx_t *labels) {
        std::sort_heap(heap.begin(), heap.end());
        const bool negated = metric == faiss::METRIC_INNER_PRODUCT;
        size_t i = 0;
        for (; i < heap.size(); i++) {
            distances[i] = negated ? 0.0f - heap[i].distance : heap[i].distance;
            labels[i] = heap[i].label;
        }
        const float none = std::numeric_limits<float>::infinity();
        for (; i < limit; i++) {
            distances[i] = negated ? -none : none;
            labels[i] = -1;
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

    void replace_farthest(Hit hit) {
        const size_t count = heap.size();
        size_t hole = 0;
        while (true) {
            size_t child = 2 * hole + 1;
            if (child >= count) break;
            if (child + 1 < count && heap[child] < heap[child + 1]) child++;
            if (!(hit < heap[child])) break;
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = hit;
    }

    std::vector<Hit> heap;
    size_t limit = 0;
    float farthest = 0;
};

}  // namespace cfaiss
