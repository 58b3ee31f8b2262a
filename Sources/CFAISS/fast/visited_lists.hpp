#pragma once

#include "fast/nearest_lists.hpp"

#include <faiss/invlists/InvertedLists.h>

#include <algorithm>
#include <memory>

namespace cfaiss {

/// The lists that a search of a batch visits, query after query. Those of one query fit on the stack; those of several
/// are found together, a piece of the batch at a time.
class VisitedLists {
public:
    using idx_t = faiss::Index::idx_t;

    VisitedLists(const faiss::IndexIVF &index, idx_t n, const float *queries, const SearchSettings &settings)
        : index(index), n(n), queries(queries), settings(settings), nprobe(visited_list_count(index, settings)),
          max_codes(settings.max_codes != 0 ? settings.max_codes : index.max_codes), invlists(*index.invlists) {
        const size_t held = size_t(std::min(n, queries_a_piece(nprobe))) * nprobe;
        if (held <= stacked) return;
        held_distances.reset(distances = new float[held]);
        held_numbers.reset(numbers = new idx_t[held]);
    }
    VisitedLists(const VisitedLists &) = delete;
    VisitedLists &operator=(const VisitedLists &) = delete;

    /// Lists a query.
    size_t count() const { return nprobe; }

    /// The numbers of a query's lists, nearest first; -1 for those that the quantizer did not find. Queries are asked
    /// about in their order.
    const idx_t *numbers_of(idx_t query) {
        if (query >= end) {
            first = query;
            end = std::min(n, query + queries_a_piece(nprobe));
            nearest_lists(index, end - first, queries + first * index.d, settings, distances, numbers);
        }
        return numbers + size_t(query - first) * nprobe;
    }

    /// One list while it is visited.
    struct List {
        idx_t number;
        float distance; // of the query to the centroid, as the quantizer gives it
        const uint8_t *codes;
        const idx_t *ids;
        size_t size;
    };

    /// Calls `body` with each list of a query that has rows, nearest first, until max_codes rows were visited. The
    /// next list's first rows are asked for meanwhile.
    template <typename Body>
    void visit(idx_t query, Body &&body) {
        const idx_t *own_numbers = numbers_of(query);
        const float *own_distances = distances + (own_numbers - numbers);
        size_t visited = 0;
        for (size_t i = 0; i < nprobe; i++) {
            if (i + 1 < nprobe) ask(own_numbers[i + 1]);
            if (own_numbers[i] < 0) continue;
            const auto number = size_t(own_numbers[i]);
            const size_t size = invlists.list_size(number);
            if (size == 0) continue;
            const faiss::InvertedLists::ScopedCodes codes(&invlists, number);
            const faiss::InvertedLists::ScopedIds ids(&invlists, number);
            body(List{own_numbers[i], own_distances[i], codes.codes, ids.ids, size});
            visited += size;
            if (max_codes != 0 && visited >= max_codes) break;
        }
    }

private:
    static constexpr size_t stacked = 512;

    void ask(idx_t number) const {
        if (number < 0 || invlists.list_size(size_t(number)) == 0) return;
        const faiss::InvertedLists::ScopedCodes codes(&invlists, size_t(number));
        const faiss::InvertedLists::ScopedIds ids(&invlists, size_t(number));
        for (size_t i = 0; i < asked_bytes; i += 64) __builtin_prefetch(codes.codes + i);
        const size_t id_count = std::min(invlists.list_size(size_t(number)), asked_ids);
        for (size_t i = 0; i < id_count; i += 8) __builtin_prefetch(ids.ids + i);
    }

    /// Prefetches past a list's end do no harm.
    static constexpr size_t asked_bytes = 4096, asked_ids = 128;

    const faiss::IndexIVF &index;
    const idx_t n;
    const float *const queries;
    const SearchSettings &settings;
    const size_t nprobe;
    const size_t max_codes;
    const faiss::InvertedLists &invlists;
    float stacked_distances[stacked];
    idx_t stacked_numbers[stacked];
    /// Whose lists are held.
    idx_t first = 0, end = 0;
    float *distances = stacked_distances;
    idx_t *numbers = stacked_numbers;
    std::unique_ptr<float[]> held_distances;
    std::unique_ptr<idx_t[]> held_numbers;
};

}  // namespace cfaiss
