#pragma once

#include "CKernels.h"

#include <faiss/IndexFlat.h>

#include <vector>

namespace cfaiss {

/// Rows of float32 as FAISS keeps them, and beside each a sketch of it: a byte a number, times a factor a row, of how it
/// lies about the rows' mean. A graph is walked over the sketches, which are a quarter of the bytes, and only the rows
/// found are compared exactly. It takes a quarter more memory, and no bytes of the index when it is written: sketches are
/// made again when it is read.
///
/// One number much larger than the others leaves a sketch nothing to tell them by. So sketches are tried on rows of the
/// index whenever it has grown (`are_sketches_faithful`), and where they would mislead there are none. On both data sets
/// of our benchmarks they stay and lose no recall.
struct SketchedFlat final : faiss::IndexFlat {
    /// Takes the rows over from `rows`.
    SketchedFlat(faiss::IndexFlat &&rows, int thread_count);

    void add(idx_t n, const float *rows) override { add(n, rows, 1); }
    void add(idx_t n, const float *rows, int thread_count);
    void reset() override;

    /// Sketches every row again: they are others than before.
    void sketch_anew(int thread_count = 1);

    /// Forgets the rows from `count` on.
    void truncate(size_t count);

    /// The rows.
    qk_rows exact() const;

    /// Whether there are sketches.
    bool is_sketched() const { return !scales.empty(); }

    /// Their sketches, to be compared with what `sketch_query` makes of a query.
    qk_rows sketches() const;

    /// A query as sketches are compared with it: itself, or in `room` (of `d` floats).
    const float *sketch_query(const float *query, float *room) const;

private:
    void sketch(size_t first, int thread_count);
    bool are_faithful(size_t first, int thread_count) const;

    /// What was taken off each row before it was sketched. Dot products with it are the same for all rows.
    std::vector<float> origin;
    std::vector<int8_t> bytes;
    std::vector<float> scales;
    /// The rows that there were when all were sketched, or could not be, and those that have been tried since.
    size_t settled = 0, tried = 0;
};

/// Gives the graphs over float32 rows in `index` sketches, if they have none.
void sketch_graphs(faiss::Index &index, int thread_count);

/// Gives the centroids of the lists in `index` sketches, if they are kept flat.
void sketch_centroids(faiss::Index &index, int thread_count);

}  // namespace cfaiss
