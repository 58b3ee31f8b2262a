#include "cfaiss_rows.h"

#include "computing.hpp"
#include "free_places.hpp"
#include "index.hpp"
#include "list_rows.hpp"
#include "selected.hpp"
#include "selector.hpp"

#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlatCodes.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/impl/pq4_fast_scan.h>

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

[[noreturn]] void unsupported() {
    throw Failure{CFAISS_UNSUPPORTED, "removing rows"};
}

const faiss::Index &innermost(const faiss::Index &index) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) return innermost(*outer->index);
    return index;
}

size_t remove(faiss::Index &index, const faiss::IDSelector &selector);

/// FAISS takes it that removal shifts the positions inside, which those in lists do not.
size_t remove_mapped(faiss::IndexIDMap &index, const faiss::IDSelector &selector) {
    const PositionSelector positions(&selector, index.id_map);
    const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&innermost(*index.index));
    std::vector<int64_t> new_position(index.id_map.size(), -1);
    std::vector<int64_t> kept;
    for (size_t position = 0; position < index.id_map.size(); position++) {
        if (positions.is_member(int64_t(position))) continue;
        new_position[position] = int64_t(kept.size());
        kept.push_back(index.id_map[position]);
    }
    const size_t removed = remove(*index.index, positions);
    if (ivf != nullptr) relabel(const_cast<faiss::IndexIVF &>(*ivf), new_position);
    index.id_map = std::move(kept);
    index.ntotal = index.index->ntotal;
    if (auto *reversible = dynamic_cast<faiss::IndexIDMap2 *>(&index)) reversible->construct_rev_map();
    return removed;
}

size_t remove(faiss::Index &index, const faiss::IDSelector &selector) {
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        const size_t removed = remove(*outer->index, selector);
        outer->ntotal = outer->index->ntotal;
        return removed;
    }
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return remove_mapped(*map, selector);
    if (dynamic_cast<faiss::IndexIVFPQR *>(&index) != nullptr) unsupported();
    if (dynamic_cast<faiss::IndexIVFFastScan *>(&index) != nullptr) {
        return remove_packed(dynamic_cast<faiss::IndexIVF &>(index), selector);
    }
    const bool plain = dynamic_cast<faiss::IndexIVF *>(&index) != nullptr ||
        dynamic_cast<faiss::IndexFlatCodes *>(&index) != nullptr || dynamic_cast<faiss::IndexFastScan *>(&index) != nullptr;
    if (!plain) unsupported();
    auto *fast = dynamic_cast<faiss::IndexFastScan *>(&index);
    if (fast == nullptr) return index.remove_ids(selector);
    const size_t removed = index.remove_ids(selector);
    clear_free_places(*fast);
    return removed;
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_index_remove(cfaiss_index *handle, const cfaiss_selector *selector, int64_t *removed) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && selector != nullptr && removed != nullptr, "a pointer is missing");
        cfaiss::require_labels(*handle->index);
        *removed = int64_t(cfaiss::remove(cfaiss::changeable(handle), *selector->labels));
        if (cfaiss::describe(*handle->index).label_kind == CFAISS_LABEL_POSITION) {
            handle->next_label = handle->index->ntotal;
        }
    });
}
