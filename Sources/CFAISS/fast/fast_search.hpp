#pragma once

#include "CKernels.h"
#include "search_settings.hpp"
#include "work.hpp"

#include <faiss/Index.h>
#include <faiss/IndexHNSW.h>

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

/// Flat: every row is compared. Shares the rows among threads.
Searcher flat_search;

/// Flat with sketches, a few queries: the sketches tell which rows have to be compared, to the same answer.
Searcher sketched_search;

/// IVF,Flat over any kind of inverted lists and any quantizer.
Searcher ivf_flat_search;

/// The rows of a flat index under L2 or inner product; none for other kinds.
std::optional<qk_rows> flat_rows(const faiss::Index &index);

/// IVF,SQ8 and SQ8: scalar quantizers of 8 bits.
Searcher ivf_sq_search, sq_search;

/// Product quantizers of 4 bits a part in FAISS's fast scan's blocks.
Searcher ivf_pq_fast_scan_search, pq_fast_scan_search;

/// IVF,PQ with second codes, by which as many candidates as k_factor says are compared again.
Searcher ivf_refine_search;

/// What wraps an index of any kind: refinement, transforms before it, labels over it.
Searcher refine_search, pre_transform_search, id_map_search;

/// HNSW and NSG over any storage.
Searcher hnsw_search, nsg_search;

/// Adds rows where a builder of ours is faster than FAISS's: to graphs, inside whatever wraps them. False, and nothing
/// is added, for other kinds. `labels` are those of an IDMap's rows, else null. If it throws, nothing is added.
bool fast_add(
    faiss::Index &index, faiss::Index::idx_t n, const float *rows, const faiss::Index::idx_t *labels, const Work &work);

/// HNSW over flat storage and over scalar quantizers of 8 bits.
bool hnsw_takes(const faiss::IndexHNSW &index);

/// Adds rows to a graph that `hnsw_takes`; threads share them. If it throws, nothing is added.
void hnsw_add(faiss::IndexHNSW &index, faiss::Index::idx_t n, const float *rows, const Work &work);

}  // namespace cfaiss
