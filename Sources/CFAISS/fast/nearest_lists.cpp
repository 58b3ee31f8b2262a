#include "fast/nearest_lists.hpp"

#include "fast/fast_search.hpp"

namespace cfaiss {

NearestLists::NearestLists(
    const faiss::IndexIVF &ivf, faiss::Index::idx_t n, const float *queries, const SearchSettings &settings)
    : nprobe(faiss::Index::idx_t(std::min(settings.nprobe != 0 ? settings.nprobe : ivf.nprobe, ivf.nlist))),
      distances(size_t(n) * nprobe), lists(size_t(n) * nprobe) {
    const faiss::Index &quantizer = *ivf.quantizer;
    if (fast_search(quantizer, n, queries, nprobe, SearchSettings(), distances.data(), lists.data())) return;
    quantizer.search(n, queries, nprobe, distances.data(), lists.data());
}

}  // namespace cfaiss
