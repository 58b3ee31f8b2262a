#pragma once

#include <faiss/IndexIDMap.h>
#include <faiss/impl/IDSelector.h>

#include <vector>

namespace cfaiss {

/// Whether `index` has rows without labels: FAISS adds the labels after the rows, and the rows stay if that fails.
inline bool lacks_labels(const faiss::IndexIDMap &index) {
    return index.id_map.size() < size_t(index.index->ntotal);
}

/// Throws CFAISS_EXCEPTION if an IDMap in `index` lacks labels: rows can neither be added nor moved then.
void require_labels(const faiss::Index &index);

/// A selector over an IDMap's labels, asked about the positions inside it. Rows without a label are never selected;
/// without a selector all others are.
struct PositionSelector final : faiss::IDSelector {
    PositionSelector(const faiss::IDSelector *labels, const std::vector<idx_t> &map) : labels(labels), map(map) {}
    bool is_member(idx_t position) const override {
        return size_t(position) < map.size() && (labels == nullptr || labels->is_member(map[size_t(position)]));
    }
    const faiss::IDSelector *const labels;
    const std::vector<idx_t> &map;
};

}  // namespace cfaiss
