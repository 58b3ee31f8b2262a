#pragma once

#include "CKernels.h"
#include "search_settings.hpp"
#include "work.hpp"

#include <faiss/Index.h>

#include <optional>

namespace cfaiss {

/// Searchers of ours over FAISS's own structures, where FAISS 1.7.3's are the limit. Each looks whether `index` is of
/// its kind and whether it can do what `settings` ask; if not it writes nothing and returns false, and the call goes
/// on to FAISS itself. They open no OpenMP region, may be called from many threads at once, and run on the calling
/// thread, except where they can share one call's work among `settings.thread_count`.
///
/// `queries` is [n x index.d], finite; `k` >= 1. `distances` and `labels` are [n x k]: squared Euclidean distances
/// (smaller first) or dot products (larger first), of equal ones the smaller label first; what is missing has label -1
/// and the distance +infinity (L2) or -infinity.
using Searcher = bool(
    const faiss::Index &index, faiss::Index::idx_t n, const float *queries, faiss::Index::idx_t k,
    const SearchSettings &settings, float *distances, faiss::Index::idx_t *labels);

/// Asks every searcher below in turn.
Searcher fast_search;

// The searchers, each by the kinds that it knows.
Searcher search_flat;              // IndexFlat; shares the rows among threads
Searcher search_ivf_flat;          // IndexIVFFlat over any inverted lists and any quantizer
Searcher search_ivf_sq;           // IndexIVFScalarQuantizer of 8 bits
Searcher search_sq;               // IndexScalarQuantizer of 8 bits
Searcher search_ivf_pq_fast_scan; // IndexIVFPQFastScan
Searcher search_pq_fast_scan;     // IndexPQFastScan
Searcher search_refine;           // IndexRefine and IndexRefineFlat over any index
Searcher search_pre_transform;    // IndexPreTransform over any index
Searcher search_id_map;           // IndexIDMap and IndexIDMap2 over any index

/// The rows of a flat index under L2 or inner product, which `search_flat` searches; none for other kinds.
std::optional<qk_rows> flat_rows(const faiss::Index &index);

/// Adds rows where a builder of ours is faster than FAISS's; false, and nothing is added, for other kinds.
bool fast_add(faiss::Index &index, faiss::Index::idx_t n, const float *rows, const Work &work);

}  // namespace cfaiss
