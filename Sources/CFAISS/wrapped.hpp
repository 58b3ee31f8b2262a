#pragma once

#include <faiss/IndexIDMap.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

namespace cfaiss {

/// The index that `index` keeps its rows in behind a table of labels, transforms or a refinement; null where it keeps
/// them itself.
inline faiss::Index *wrapped(const faiss::Index &index) {
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) return map->index;
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) return outer->index;
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) return refine->base_index;
    return nullptr;
}

/// The first `Kind` among `index` and what it wraps; null if there is none.
template <typename Kind>
Kind *part_of(faiss::Index &index) {
    for (faiss::Index *part = &index; part != nullptr; part = wrapped(*part)) {
        if (auto *kind = dynamic_cast<Kind *>(part)) return kind;
    }
    return nullptr;
}

template <typename Kind>
const Kind *part_of(const faiss::Index &index) {
    return part_of<Kind>(const_cast<faiss::Index &>(index));
}

}  // namespace cfaiss
