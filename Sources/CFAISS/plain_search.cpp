#include "plain_search.hpp"

#include "fast/fast_search.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>

namespace cfaiss {

void plain_search(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    auto *selector = const_cast<faiss::IDSelector *>(settings.selector); // FAISS only reads it
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) {
        if (settings.nprobe != 0 || settings.max_codes != 0 || selector != nullptr) {
            faiss::SearchParametersIVF parameters;
            parameters.sel = selector;
            parameters.nprobe = settings.nprobe != 0 ? settings.nprobe : ivf->nprobe;
            parameters.max_codes = settings.max_codes != 0 ? settings.max_codes : ivf->max_codes;
            return index.search(n, queries, k, distances, labels, &parameters);
        }
    } else if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) {
        if (settings.ef_search != 0 || selector != nullptr) {
            faiss::SearchParametersHNSW parameters;
            parameters.sel = selector;
            parameters.efSearch = settings.ef_search != 0 ? settings.ef_search : hnsw->hnsw.efSearch;
            return index.search(n, queries, k, distances, labels, &parameters);
        }
    } else if (selector != nullptr) {
        faiss::SearchParameters parameters;
        parameters.sel = selector;
        return index.search(n, queries, k, distances, labels, &parameters);
    }
    index.search(n, queries, k, distances, labels);
}

void search_any(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    if (fast_search(index, n, queries, k, settings, distances, labels)) return;
    plain_search(index, n, queries, k, settings, distances, labels);
}

}  // namespace cfaiss
