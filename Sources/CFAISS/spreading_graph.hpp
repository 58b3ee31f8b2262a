#pragma once

#include "work.hpp"

#include <faiss/IndexNSG.h>

#include <memory>

namespace cfaiss {

/// Gives an NSG the nearest neighbours of its rows, from which it is built, and settings that so many rows allow, as
/// long as this lives.
///
/// FAISS 1.7.3 finds them by NN-descent, which leaves rows with fewer neighbours than it then reads: under inner product and
/// in few dimensions, where a few rows are everybody's nearest, the rest is memory that was never written. Here each row's
/// neighbours are those that comparing all rows finds or, of many rows, a walk over a HNSW graph made for that.
class GivenNeighbours {
public:
    /// `nsg` is still empty.
    GivenNeighbours(faiss::IndexNSG &nsg, int64_t row_count, const Work &work);
    ~GivenNeighbours();
    GivenNeighbours(const GivenNeighbours &) = delete;
    GivenNeighbours &operator=(const GivenNeighbours &) = delete;

private:
    faiss::IndexNSG &nsg;
    faiss::Index *const storage;
    const char build_type;
    const int neighbours, path_length, candidates;
    std::unique_ptr<faiss::Index> lent;
};

}  // namespace cfaiss
