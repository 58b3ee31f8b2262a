#include "fast/nearest_lists.hpp"

#include "fast/fast_search.hpp"

#include <algorithm>

namespace cfaiss {

size_t visited_list_count(const faiss::IndexIVF &index, const SearchSettings &settings) {
    return std::min(settings.nprobe != 0 ? settings.nprobe : index.nprobe, index.nlist);
}

void nearest_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, size_t nprobe, int thread_count,
    float *distances, faiss::Index::idx_t *lists) {
    SearchSettings settings;
    settings.thread_count = thread_count;
    const auto k = faiss::Index::idx_t(nprobe);
    if (fast_search(*index.quantizer, n, queries, k, settings, distances, lists)) return;
    index.quantizer->search(n, queries, k, distances, lists);
}

}  // namespace cfaiss
