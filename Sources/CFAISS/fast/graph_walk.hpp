#pragma once

#include "CKernels.h"

#include <faiss/Index.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <new>

namespace cfaiss {

/// The thread's memory for walks. It stays for the thread's next query and goes with the thread; what a large search
/// needed goes at once.
class WalkMemory {
public:
    ~WalkMemory() { qk_walk_release(&scratch); }

    qk_walk_scratch *reserve(const qk_graph &graph, size_t ef, bool passing) {
        if (!qk_walk_reserve(&scratch, &graph, ef, passing)) throw std::bad_alloc();
        return &scratch;
    }

    void shrink() {
        constexpr size_t kept = size_t(8) << 20;
        if (qk_walk_scratch_byte_count(&scratch) > kept) qk_walk_release(&scratch);
    }

private:
    qk_walk_scratch scratch{};
};

inline thread_local WalkMemory walk_memory;

/// Distances to rows of any kind, as FAISS computes them: one at a time.
class ComputedRows {
public:
    /// The computer measures how far a row is. Row r's bytes start at codes + r * code_size, to be fetched early; null
    /// if they do not lie so.
    ComputedRows(faiss::DistanceComputer *computer, const uint8_t *codes, size_t code_size)
        : computer(computer), codes(codes), code_size(code_size) {}

    void set_query(const float *numbers) { computer->set_query(numbers); }

    qk_walk_distances source() const { return {distances, computer.get(), codes, code_size}; }

    /// What a walk has found is as it should be.
    void refine(qk_walk_scratch *, size_t) const {}

private:
    static void distances(const void *context, const uint32_t *numbers, size_t n, float *out) {
        // FAISS declares it changing, for kinds that decode into a buffer of their own.
        auto &computer = *static_cast<faiss::DistanceComputer *>(const_cast<void *>(context));
        for (size_t i = 0; i < n; i++) {
            const float distance = computer(numbers[i]);
            out[i] = std::isnan(distance) ? std::numeric_limits<float>::infinity() : distance;
        }
    }

    const std::unique_ptr<faiss::DistanceComputer> computer;
    const uint8_t *const codes;
    const size_t code_size;
};

/// One search of a graph: queries in, hits out.
struct GraphWalk {
    const qk_graph &graph;
    faiss::MetricType metric;
    size_t dimension;
    faiss::Index::idx_t n;
    const float *queries;
    size_t k, ef;
    const faiss::IDSelector *selector;
    float *distances;
    faiss::Index::idx_t *labels;
    uint32_t start_count = 0;

    template <typename Rows>
    void run(Rows &rows) const {
        qk_walk_conditions conditions{};
        if (selector != nullptr) {
            conditions.excludes = is_left_out;
            conditions.excludes_context = selector;
        }
        conditions.start_count = start_count;
        const bool is_l2 = metric == faiss::METRIC_L2;
        constexpr float infinity = std::numeric_limits<float>::infinity();
        qk_walk_scratch *memory = walk_memory.reserve(graph, ef, selector != nullptr);
        for (faiss::Index::idx_t query = 0; query < n; query++) {
            float *out = distances + size_t(query) * k;
            faiss::Index::idx_t *out_labels = labels + size_t(query) * k;
            rows.set_query(queries + size_t(query) * dimension);
            const qk_walk_distances source = rows.source();
            qk_walk(&graph, &source, 0, ef, &conditions, memory);
            rows.refine(memory, k);
            const size_t found = std::min(k, memory->pool_count);
            for (size_t i = 0; i < found; i++) {
                out[i] = is_l2 ? qk_candidate_distance(memory->pool[i]) : 0 - qk_candidate_distance(memory->pool[i]);
                out_labels[i] = qk_candidate_row(memory->pool[i]);
            }
            std::fill(out + found, out + k, is_l2 ? infinity : -infinity);
            std::fill(out_labels + found, out_labels + k, -1);
        }
        walk_memory.shrink();
    }

private:
    static bool is_left_out(const void *context, uint32_t row) {
        return !static_cast<const faiss::IDSelector *>(context)->is_member(row);
    }
};

}  // namespace cfaiss
