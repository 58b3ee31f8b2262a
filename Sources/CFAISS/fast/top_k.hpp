#pragma once

#include <faiss/Index.h>

#include <cstddef>
#include <limits>
#include <utility>

namespace cfaiss {

/// The k nearest labels of all that were offered, kept in the arrays in which the caller wants them: nothing is
/// allocated. While it fills, distances are "smaller is nearer" and the arrays are a heap with the farthest at its top;
/// `finish` puts them in the order and under the sign of an answer.
class TopK {
public:
    using idx_t = faiss::Index::idx_t;

    TopK() = default;
    TopK(size_t k, float *distances, idx_t *labels) : k(k), distances(distances), labels(labels) {}

    /// What is farther cannot enter; what is as far may, by its smaller label.
    float bound() const { return count < k ? std::numeric_limits<float>::infinity() : distances[0]; }

    void offer(float distance, idx_t label) {
        if (count < k) {
            rise(count++, distance, label);
        } else if (before(distance, label, distances[0], labels[0])) {
            sink(count, distance, label);
        }
    }

    /// Offers all that another one holds.
    void offer(const TopK &other) {
        for (size_t i = 0; i < other.count; i++) offer(other.distances[i], other.labels[i]);
    }

    /// Nearest first, of equals the smaller label first; what is missing at the end is label -1 at an infinite distance.
    void finish(bool negated) {
        const size_t found = count;
        for (; count > 1; count--) {
            const float distance = distances[0];
            const idx_t label = labels[0];
            sink(count - 1, distances[count - 1], labels[count - 1]);
            distances[count - 1] = distance;
            labels[count - 1] = label;
        }
        for (size_t i = found; i < k; i++) {
            distances[i] = std::numeric_limits<float>::infinity();
            labels[i] = -1;
        }
        // 0 - x, never -0.
        if (negated) for (size_t i = 0; i < k; i++) distances[i] = 0.0f - distances[i];
    }

private:
    static bool before(float a, idx_t a_label, float b, idx_t b_label) {
        return a < b || (a == b && a_label < b_label);
    }

    void rise(size_t place, float distance, idx_t label) {
        while (place > 0) {
            const size_t parent = (place - 1) / 2;
            if (!before(distances[parent], labels[parent], distance, label)) break;
            distances[place] = distances[parent];
            labels[place] = labels[parent];
            place = parent;
        }
        distances[place] = distance;
        labels[place] = label;
    }

    /// Puts a hit in the place of the top of a heap of `size`.
    void sink(size_t size, float distance, idx_t label) {
        size_t place = 0;
        while (true) {
            size_t child = 2 * place + 1;
            if (child >= size) break;
            if (child + 1 < size && before(distances[child], labels[child], distances[child + 1], labels[child + 1])) {
                child++;
            }
            if (!before(distance, label, distances[child], labels[child])) break;
            distances[place] = distances[child];
            labels[place] = labels[child];
            place = child;
        }
        distances[place] = distance;
        labels[place] = label;
    }

    size_t k = 0;
    size_t count = 0;
    float *distances = nullptr;
    idx_t *labels = nullptr;
};

}  // namespace cfaiss
