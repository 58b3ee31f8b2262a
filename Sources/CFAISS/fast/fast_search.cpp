#include "fast/fast_search.hpp"

namespace cfaiss {
namespace {

constexpr Searcher *const searchers[] = {
    search_flat, search_ivf_flat, search_ivf_sq, search_sq, search_ivf_pq_fast_scan, search_pq_fast_scan, search_refine, search_pre_transform,
    search_id_map,
};

}  // namespace

bool fast_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    for (Searcher *searcher : searchers) {
        if (searcher(index, n, queries, k, settings, distances, labels)) return true;
    }
    return false;
}

bool fast_add(faiss::Index &, faiss::Index::idx_t, const float *, const Work &) {
    return false;
}

}  // namespace cfaiss
