#pragma once

#include "CKernels.h"
#include "work.hpp"

#include <faiss/impl/HNSW.h>

#include <functional>
#include <memory>
#include <optional>

namespace cfaiss {

struct SketchedFlat;

/// Distances from one row to others, smaller always nearer: one object a thread.
class BuildDistances {
public:
    virtual ~BuildDistances() = default;

    /// From now on distances are from this row.
    virtual void set_row(uint32_t row) = 0;

    /// The distances from the row that was set last. Valid while the object lives.
    virtual qk_walk_distances source() const = 0;

    /// The distances for a walk from it, which may be less exact, and what makes those it has found exact.
    virtual qk_walk_distances walk_source() const { return source(); }
    virtual void refine(qk_walk_scratch *) const {}
};

using BuildDistancesMaker = std::function<std::unique_ptr<BuildDistances>()>;

/// Distances between `rows`, under their own metric.
BuildDistancesMaker distances_between(const qk_rows &rows);

/// The same between rows that are sketched, with walks over their sketches.
BuildDistancesMaker distances_between(const SketchedFlat &rows);

/// Gives the first `count` rows of a walk's pool their distances from a query to `rows`, forgets the others, and sorts
/// them again.
void compare_again(const qk_rows &rows, const float *query, float query_norm, size_t count, qk_walk_scratch *scratch);

/// FAISS's links as a walk knows them; nothing where they are laid out in another way than FAISS does by itself, or entered
/// at no row.
std::optional<qk_graph> links_of(const faiss::HNSW &hnsw);

/// Links the rows from `graph.levels.size()` (or from `first` where levels are preset) up to `count` into `graph`,
/// FAISS's own structure, with its levels, its order of insertion and its choice of links (Malkov and Yashunin 2016,
/// algorithms 1 and 4), on `work.thread_count` threads. The same rows, settings and state of the graph's random
/// generator give the same links, however many threads there are.
///
/// Rows are linked in batches. A batch's rows choose their links from the graph as it was before the batch, each for
/// itself; then each row that was chosen takes its links back, in the order of the batch. So no thread waits for another
/// inside a batch, and nothing depends on which is faster. A batch is at most one row in 128 of those linked before it,
/// since its rows do not see each other.
///
/// `work.progress` is told every 1,024 rows and at the end. If it stops the work, or memory is short, the graph links the
/// rows below `first` as before, but for links that gave way to rows now gone.
void link_rows(
    faiss::HNSW &graph, size_t first, size_t count, uint32_t order_seed, const BuildDistancesMaker &maker,
    const Work &work);

}  // namespace cfaiss
