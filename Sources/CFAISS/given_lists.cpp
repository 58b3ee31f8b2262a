#include "given_lists.hpp"

#include "fast/nearest_lists.hpp"
#include "guarded.hpp"

#include <algorithm>

namespace cfaiss {

GivenLists::GivenLists(const faiss::IndexIVFAdditiveQuantizerFastScan &index, const SearchSettings &settings)
    // The part that all kinds share: codebooks are the whole index's.
    : quantizer(index, settings), borrowing(index) {
    borrowing.own_fields = false;
    borrowing.own_invlists = false;
    borrowing.orig_invlists = nullptr;
    borrowing.quantizer = &quantizer;
    borrowing.nprobe = visited_list_count(index, settings);
}

GivenLists::Quantizer::Quantizer(const faiss::IndexIVF &index, const SearchSettings &settings)
    : faiss::Index(index.d, index.quantizer->metric_type), index(index), settings(settings) {
    ntotal = index.quantizer->ntotal;
}

void GivenLists::Quantizer::search(
    idx_t n, const float *queries, idx_t, float *distances, idx_t *labels, const faiss::SearchParameters *) const {
    nearest_lists(index, n, queries, settings, distances, labels);
}

void GivenLists::Quantizer::reconstruct(idx_t list, float *centroid) const {
    if (list < 0) {
        std::fill_n(centroid, d, 0.0f);
    } else {
        index.quantizer->reconstruct(list, centroid);
    }
}

void GivenLists::Quantizer::add(idx_t, const float *) {
    throw Failure{CFAISS_EXCEPTION, "centroids are not added by a search"};
}

void GivenLists::Quantizer::reset() {
    throw Failure{CFAISS_EXCEPTION, "centroids are not removed by a search"};
}

}  // namespace cfaiss
