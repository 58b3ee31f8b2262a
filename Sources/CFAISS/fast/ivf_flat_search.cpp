#include "fast/fast_search.hpp"
#include "fast/top_k.hpp"
#include "fast/visited_lists.hpp"

#include <faiss/IndexIVFFlat.h>

#include <algorithm>
#include <typeinfo>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;
using Codes = faiss::InvertedLists::ScopedCodes;
using Ids = faiss::InvertedLists::ScopedIds;

/// Rows whose distances are held at a time.
constexpr size_t held_row_count = 256;

/// What is asked for of a list before it is read: from there on the kernels ask ahead themselves.
constexpr size_t asked_byte_count = 4096;

/// One query over the lists of an index.
class Search {
public:
    Search(const faiss::IndexIVFFlat &index, const float *query, const SearchSettings &settings, TopK &nearest)
        : index(index), query(query), selector(settings.selector), nearest(nearest),
          most_codes(settings.max_codes != 0 ? settings.max_codes : index.max_codes) {}

    /// Offers the rows of `count` lists, nearest first; -1 are none. Stops after the list that reaches max_codes.
    void run(const idx_t *lists, size_t count) {
        size_t compared = 0;
        for (size_t i = 0; i < count; i++) {
            if (lists[i] < 0) continue;
            const size_t size = index.invlists->list_size(size_t(lists[i]));
            if (size > 0) scan(size_t(lists[i]), size, i + 1 < count ? lists[i + 1] : -1);
            compared += size;
            if (most_codes != 0 && compared >= most_codes) break;
        }
    }

private:
    void scan(size_t list, size_t size, idx_t next) {
        const Codes codes(index.invlists, list);
        const Ids ids(index.invlists, list);
        const auto *values = reinterpret_cast<const float *>(codes.codes);
        if (next >= 0) ask(size_t(next));
        for (size_t first = 0; first < size; first += held_row_count) {
            offer(values + first * size_t(index.d), ids.ids + first, std::min(held_row_count, size - first));
        }
    }

    void offer(const float *values, const idx_t *ids, size_t count) {
        qk_rows rows = {};
        rows.values = values;
        rows.count = count;
        rows.dimension = uint32_t(index.d);
        rows.storage = QK_FLOAT32;
        rows.metric = index.metric_type == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;

        float distances[held_row_count];
        uint32_t members[held_row_count];
        size_t member_count = count;
        if (selector != nullptr) {
            member_count = 0;
            for (size_t i = 0; i < count; i++) {
                members[member_count] = uint32_t(i);
                member_count += selector->is_member(ids[i]);
            }
        }
        const bool all = member_count == count;
        if (all) {
            qk_distances_range(&rows, query, 0, 0, count, distances);
        } else {
            qk_distances(&rows, query, 0, members, member_count, distances);
        }
        float bound = nearest.bound();
        for (size_t i = 0; i < member_count; i++) {
            if (distances[i] > bound) continue;
            nearest.offer(distances[i], ids[all ? i : members[i]]);
            bound = nearest.bound();
        }
    }

    /// Asks the processor for the start of a list.
    void ask(size_t list) const {
        const size_t size = index.invlists->list_size(list);
        if (size == 0) return;
        const Codes codes(index.invlists, list);
        const size_t byte_count = std::min(size * index.code_size, asked_byte_count);
        for (size_t i = 0; i < byte_count; i += 64) __builtin_prefetch(codes.codes + i);
        const Ids ids(index.invlists, list);
        __builtin_prefetch(ids.ids);
    }

    const faiss::IndexIVFFlat &index;
    const float *query;
    const faiss::IDSelector *selector;
    TopK &nearest;
    size_t most_codes;
};

}  // namespace

bool ivf_flat_search(
    const faiss::Index &any, idx_t n, const float *queries, idx_t k, const SearchSettings &settings, float *distances,
    idx_t *labels) {
    if (typeid(any) != typeid(faiss::IndexIVFFlat)) return false;
    const auto &index = static_cast<const faiss::IndexIVFFlat &>(any);
    if (index.metric_type != faiss::METRIC_L2 && index.metric_type != faiss::METRIC_INNER_PRODUCT) return false;

    VisitedLists lists(index, n, queries, settings);
    for (idx_t i = 0; i < n; i++) {
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        Search(index, queries + i * index.d, settings, nearest).run(lists.numbers_of(i), lists.count());
        nearest.finish(index.metric_type == faiss::METRIC_INNER_PRODUCT);
    }
    return true;
}

}  // namespace cfaiss
