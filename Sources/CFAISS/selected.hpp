#pragma once

#include <faiss/impl/IDSelector.h>

#include <vector>

namespace cfaiss {

/// A selector over an IDMap's labels, asked about the positions inside it.
struct PositionSelector final : faiss::IDSelector {
    PositionSelector(const faiss::IDSelector *labels, const std::vector<idx_t> &map) : labels(labels), map(map) {}
    bool is_member(idx_t position) const override {
        return size_t(position) < map.size() && labels->is_member(map[size_t(position)]);
    }
    const faiss::IDSelector *const labels;
    const std::vector<idx_t> &map;
};

}  // namespace cfaiss
