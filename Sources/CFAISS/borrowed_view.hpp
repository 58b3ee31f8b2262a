#pragma once

#include <faiss/IndexIVFAdditiveQuantizerFastScan.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexIVFPQR.h>

#include <memory>
#include <type_traits>

namespace cfaiss {

/// A copy of a list index's own fields that borrows its lists and quantizer: FAISS reads some settings from fields
/// alone, and a call may change a copy's.
template <typename Kind>
std::unique_ptr<Kind> borrowed_view(const Kind &index) {
    auto view = std::make_unique<Kind>(index);
    view->own_fields = false;
    view->own_invlists = false;
    // A quantizer of parts deletes them; the copy's are the original's, which is also whom the copy asks.
    if constexpr (std::is_same_v<Kind, faiss::IndexIVFProductResidualQuantizerFastScan>) view->prq.quantizers.clear();
    if constexpr (std::is_same_v<Kind, faiss::IndexIVFProductLocalSearchQuantizerFastScan>) view->plsq.quantizers.clear();
    return view;
}

/// Calls `body` with a view of `index` if it is one of these kinds.
template <typename Body>
bool with_fast_scan_view(const faiss::Index &index, Body &&body) {
    const auto attempt = [&](const auto *kind) {
        if (kind == nullptr) return false;
        const auto view = borrowed_view(*kind);
        view->orig_invlists = nullptr;
        body(*view);
        return true;
    };
    return attempt(dynamic_cast<const faiss::IndexIVFPQFastScan *>(&index)) ||
        attempt(dynamic_cast<const faiss::IndexIVFResidualQuantizerFastScan *>(&index)) ||
        attempt(dynamic_cast<const faiss::IndexIVFLocalSearchQuantizerFastScan *>(&index)) ||
        attempt(dynamic_cast<const faiss::IndexIVFProductResidualQuantizerFastScan *>(&index)) ||
        attempt(dynamic_cast<const faiss::IndexIVFProductLocalSearchQuantizerFastScan *>(&index));
}

}  // namespace cfaiss
