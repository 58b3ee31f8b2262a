#pragma once

#include <faiss/Index.h>
#include <faiss/impl/IDSelector.h>

namespace cfaiss {

/// What one search asks beside its queries and k. 0 means "as the index has it". Settings travel with the call, never
/// through the index's own fields, which other threads read.
struct SearchSettings {
    size_t nprobe = 0;    // IVF: lists visited
    size_t max_codes = 0; // IVF: rows compared at most
    int ef_search = 0;    // HNSW, NSG: candidates kept
    int quantizer_ef_search = 0; // IVF with a graph over its lists: the graph's ef_search
    float k_factor = 0;   // refine: candidates a hit that are compared again
    int thread_count = 1; // threads that may work, the calling one among them, where a searcher can share one call's work
    const faiss::IDSelector *selector = nullptr; // the labels that may be hits; all if null
};

}  // namespace cfaiss
