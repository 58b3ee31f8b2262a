#include "fast/fast_search.hpp"
#include "fast/nearest_lists.hpp"
#include "fast/top_k.hpp"
#include "list_scan.hpp"
#include "row_distances.hpp"

#include <faiss/IndexIVFPQR.h>
#include <faiss/invlists/DirectMap.h>

#include <algorithm>
#include <vector>

namespace cfaiss {

bool ivf_refine_search(
    const faiss::Index &any, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels) {
    using idx_t = faiss::Index::idx_t;
    const auto *index = dynamic_cast<const faiss::IndexIVFPQR *>(&any);
    if (index == nullptr || settings.selector != nullptr || index->metric_type != faiss::METRIC_L2) return false;
    const double factor = std::max(1.0, double(settings.k_factor > 0 ? settings.k_factor : index->k_factor));
    const auto count = idx_t(std::min(double(k) * factor, double(std::max(k, index->ntotal))));
    const faiss::SearchParametersIVF parameters = list_parameters(*index, settings);

    std::vector<float> coded, row;
    std::vector<idx_t> places;
    coded.resize(size_t(count));
    places.resize(size_t(count));
    row.resize(size_t(index->d));
    const auto refine = [&](idx_t i, const idx_t *lists, const float *coarse) {
        const float *query = queries + i * index->d;
        constexpr bool as_places = true;
        index->faiss::IndexIVFPQ::search_preassigned(
            1, query, count, lists, coarse, coded.data(), places.data(), as_places, &parameters);
        TopK nearest(size_t(k), distances + i * k, labels + i * k);
        for (const idx_t place : places) {
            if (place < 0) continue;
            const size_t list = faiss::lo_listno(uint64_t(place)), offset = faiss::lo_offset(uint64_t(place));
            index->reconstruct_from_offset(int64_t(list), int64_t(offset), row.data());
            const float distance = compare(query, row.data(), index->d, false);
            if (distance <= nearest.bound()) nearest.offer(distance, index->invlists->get_single_id(list, offset));
        }
        nearest.finish(false);
    };
    const size_t list_count = parameters.nprobe;
    each_piece(*index, n, queries, settings, [&](idx_t first, idx_t size, const idx_t *lists, const float *coarse) {
        for (idx_t i = 0; i < size; i++) {
            refine(first + i, lists + size_t(i) * list_count, coarse + size_t(i) * list_count);
        }
    });
    return true;
}

}  // namespace cfaiss
