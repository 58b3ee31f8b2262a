#include "fast/nearest_lists.hpp"

#include "search.hpp"

#include <algorithm>

namespace cfaiss {

size_t visited_list_count(const faiss::IndexIVF &index, const SearchSettings &settings) {
    return std::min(settings.nprobe != 0 ? settings.nprobe : index.nprobe, index.nlist);
}

void nearest_lists(
    const faiss::IndexIVF &index, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings,
    float *distances, faiss::Index::idx_t *lists) {
    SearchSettings own;
    own.thread_count = settings.thread_count;
    own.ef_search = settings.quantizer_ef_search;
    search(*index.quantizer, n, queries, faiss::Index::idx_t(visited_list_count(index, settings)), own, distances, lists);
}

}  // namespace cfaiss
