#pragma once

#include "search_settings.hpp"

#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>

namespace cfaiss {

/// FAISS's fast scan of additive codes over the lists that `nearest_lists` finds. FAISS takes its settings from an
/// index's fields alone and asks for the centroids of lists that were not found: so it is given an index of its own, which
/// borrows rows and codebooks, under a quantizer that knows of both.
class GivenLists {
public:
    /// `index` and `settings` outlive it.
    GivenLists(const faiss::IndexIVFAdditiveQuantizerFastScan &index, const SearchSettings &settings);
    GivenLists(const GivenLists &) = delete;
    GivenLists &operator=(const GivenLists &) = delete;

    const faiss::IndexIVFAdditiveQuantizerFastScan &view() const { return borrowing; }

private:
    struct Quantizer final : faiss::Index {
        Quantizer(const faiss::IndexIVF &index, const SearchSettings &settings);
        void search(
            idx_t n, const float *queries, idx_t k, float *distances, idx_t *labels,
            const faiss::SearchParameters *parameters) const override;
        void reconstruct(idx_t list, float *centroid) const override;
        void add(idx_t n, const float *rows) override;
        void reset() override;

        const faiss::IndexIVF &index;
        const SearchSettings &settings;
    };

    Quantizer quantizer;
    faiss::IndexIVFAdditiveQuantizerFastScan borrowing;
};

}  // namespace cfaiss
