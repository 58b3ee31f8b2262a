#pragma once

#include "CKernels.h"

#include <faiss/Index.h>
#include <faiss/impl/DistanceComputer.h>

namespace cfaiss {

/// Rows that live elsewhere (mapped from a file, in any storage type) as a FAISS index, whose distances are our
/// kernels'. It is what a graph of FAISS is built over.
///
/// A kernel's distance is "smaller is nearer" under every metric, so FAISS is told L2 and never negates.
struct MappedStorage final : faiss::Index {
    explicit MappedStorage(const qk_rows &rows);

    /// Distances to all rows, also to those that are not yet counted in `ntotal`.
    faiss::DistanceComputer *get_distance_computer() const override;

    /// The stored row as float32.
    void reconstruct(idx_t row, float *out) const override;

    /// The row as float32: the mapped memory itself if it is float32, else decoded into `scratch`.
    const float *row(idx_t row, float *scratch) const;

    /// Only counts: the rows are there already.
    void add(idx_t n, const float *) override { ntotal += n; }
    void reset() override { ntotal = 0; }

    /// Unused by graph building, and not offered: the engine has its own exact search.
    void search(
        idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
        const faiss::SearchParameters *parameters = nullptr) const override;

    const qk_rows rows;
};

}  // namespace cfaiss
