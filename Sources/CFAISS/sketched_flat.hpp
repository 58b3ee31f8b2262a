#pragma once

#include "CKernels.h"

#include <faiss/IndexFlat.h>

#include <vector>

namespace cfaiss {

/// Rows of float32 as FAISS keeps them, and beside each a sketch of it: a byte a number, times a factor a row. A graph
/// is walked over the sketches, which are a quarter of the bytes, and only the rows found are compared exactly. Both
/// data sets of our benchmarks lose no recall by it; it takes a quarter more memory, and no bytes of the index when it is
/// written: sketches are made again when it is read.
struct SketchedFlat final : faiss::IndexFlat {
    /// Takes the rows over from `rows`.
    SketchedFlat(faiss::IndexFlat &&rows, int thread_count);

    void add(idx_t n, const float *rows) override { add(n, rows, 1); }
    void add(idx_t n, const float *rows, int thread_count);
    void reset() override;

    /// Sketches every row again: they are others than before.
    void sketch_anew() { sketch(0, 1); }

    /// Forgets the rows from `count` on.
    void truncate(size_t count);

    /// The rows, and their sketches.
    qk_rows exact() const;
    qk_rows sketches() const;

private:
    void sketch(size_t first, int thread_count);

    std::vector<int8_t> bytes;
    std::vector<float> scales;
};

/// Gives the graphs over float32 rows in `index` sketches, if they have none.
void sketch_graphs(faiss::Index &index, int thread_count);

/// Gives the centroids of the lists in `index` sketches, if they are kept flat.
void sketch_centroids(faiss::Index &index, int thread_count);

}  // namespace cfaiss
