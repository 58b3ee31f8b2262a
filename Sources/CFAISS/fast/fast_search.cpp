#include "fast/fast_search.hpp"

namespace cfaiss {
namespace {

constexpr Searcher *const searchers[] = {
    sketched_search, flat_search, ivf_flat_search, ivf_sq_search, sq_search, ivf_pq_fast_scan_search,
    pq_fast_scan_search, ivf_refine_search, refine_search, pre_transform_search, id_map_search, hnsw_search,
    nsg_search,
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

}  // namespace cfaiss
