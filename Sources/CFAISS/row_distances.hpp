#pragma once

#include <faiss/Index.h>
#include <faiss/IndexIVF.h>

#include <memory>

namespace cfaiss {

/// Distances (or dot products) from one query to rows of an index, one by one, in no hurry: for what FAISS itself has
/// no search for.
class RowDistances {
public:
    virtual ~RowDistances() = default;
    /// The query stays valid while distances are asked for.
    virtual void set_query(const float *query) = 0;
    virtual float operator()(faiss::Index::idx_t position) = 0;
};

/// Over all rows by position. Throws CFAISS_UNSUPPORTED for IVF kinds, whose rows have none.
std::unique_ptr<RowDistances> row_distances(const faiss::Index &index);

/// The squared distance or dot product of two rows.
float compare(const float *left, const float *right, int dimension, bool inner_product);

}  // namespace cfaiss
