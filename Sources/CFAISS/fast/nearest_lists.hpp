#pragma once

#include "search_settings.hpp"

#include <faiss/IndexIVF.h>

#include <vector>

namespace cfaiss {

/// The lists that a search visits: nearest first, [n x nprobe], and how far their centroids are. -1 is no list.
struct NearestLists {
    NearestLists(
        const faiss::IndexIVF &ivf, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings);

    const faiss::Index::idx_t *lists_of(faiss::Index::idx_t query) const { return lists.data() + query * nprobe; }
    const float *distances_of(faiss::Index::idx_t query) const { return distances.data() + query * nprobe; }

    faiss::Index::idx_t nprobe;
    std::vector<float> distances;
    std::vector<faiss::Index::idx_t> lists;
};

/// One list's codes and ids, held as long as the inverted lists want to know that they are in use.
class HeldList {
public:
    HeldList(const faiss::InvertedLists &lists, size_t number)
        : codes(lists.get_codes(number)), ids(lists.get_ids(number)), size(lists.list_size(number)), lists(lists),
          number(number) {}
    ~HeldList() {
        lists.release_codes(number, codes);
        lists.release_ids(number, ids);
    }
    HeldList(const HeldList &) = delete;
    HeldList &operator=(const HeldList &) = delete;

    const uint8_t *const codes;
    const faiss::Index::idx_t *const ids;
    const size_t size;

private:
    const faiss::InvertedLists &lists;
    const size_t number;
};

/// Asks the processor for a list's ids, which are read here and there while its codes are scanned.
inline void prefetch_ids(const faiss::Index::idx_t *ids, size_t count) {
    const size_t most = count < 256 ? count : 256;
    for (size_t i = 0; i < most; i += 8) __builtin_prefetch(ids + i);
}

}  // namespace cfaiss
