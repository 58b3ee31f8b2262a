#pragma once

#include <faiss/Index.h>

#include <utility>

namespace cfaiss {

using Hit = std::pair<float, faiss::Index::idx_t>;

/// Whether one hit comes before another: nearer, or as near with the smaller label.
struct Nearer {
    bool inner_product;
    bool operator()(const Hit &left, const Hit &right) const {
        if (left.first != right.first) return inner_product ? left.first > right.first : left.first < right.first;
        return left.second < right.second;
    }
};

}  // namespace cfaiss
