#include "list_rows.hpp"

#include "guarded.hpp"

#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/impl/pq4_fast_scan.h>
#include <faiss/invlists/BlockInvertedLists.h>

#include <vector>

namespace cfaiss {
namespace {

faiss::BlockInvertedLists &packed_lists(faiss::IndexIVF &index) {
    auto *lists = dynamic_cast<faiss::BlockInvertedLists *>(index.invlists);
    if (lists == nullptr) throw Failure{CFAISS_UNSUPPORTED, "lists of this kind cannot change"};
    return *lists;
}

/// Copies the code of a row between two lists of packed codes, or inside one.
void copy_code(const uint8_t *from, size_t source, uint8_t *to, size_t target, const faiss::IndexIVFFastScan &index) {
    for (size_t part = 0; part < index.M2; part++) {
        const uint8_t code = faiss::pq4_get_packed_element(from, size_t(index.bbs), index.M2, source, part);
        faiss::pq4_set_packed_element(to, code, size_t(index.bbs), index.M2, target, part);
    }
}

}  // namespace

void decode_listed(const faiss::IndexIVF &index, size_t list, size_t position, float *row) {
    const auto *additive = dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index);
    if (additive == nullptr) return index.reconstruct_from_offset(int64_t(list), int64_t(position), row);
    faiss::InvertedLists::ScopedCodes code(index.invlists, list, position);
    additive->aq->decode(code.get(), row, 1);
    if (!additive->by_residual) return;
    std::vector<float> centroid(size_t(index.d));
    index.quantizer->reconstruct(int64_t(list), centroid.data());
    for (size_t i = 0; i < centroid.size(); i++) row[i] += centroid[i];
}

size_t remove_packed(faiss::IndexIVF &index, const faiss::IDSelector &selector) {
    const auto &fast = dynamic_cast<const faiss::IndexIVFFastScan &>(index);
    faiss::BlockInvertedLists &lists = packed_lists(index);
    size_t removed = 0;
    for (size_t list = 0; list < lists.nlist; list++) {
        std::vector<int64_t> &ids = lists.ids[list];
        size_t kept = 0;
        for (size_t i = 0; i < ids.size(); i++) {
            if (selector.is_member(ids[i])) continue;
            if (kept != i) {
                copy_code(lists.codes[list].get(), i, lists.codes[list].get(), kept, fast);
                ids[kept] = ids[i];
            }
            kept++;
        }
        removed += ids.size() - kept;
        if (kept == ids.size()) continue;
        // What is added later may count on empty places being 0.
        for (size_t i = kept; i < ids.size(); i++) {
            for (size_t part = 0; part < fast.M2; part++) {
                faiss::pq4_set_packed_element(lists.codes[list].get(), 0, size_t(fast.bbs), fast.M2, i, part);
            }
        }
        lists.resize(list, kept);
    }
    index.ntotal -= int64_t(removed);
    return removed;
}

void merge_packed(faiss::IndexIVF &index, faiss::IndexIVF &other, int64_t offset) {
    const auto &fast = dynamic_cast<const faiss::IndexIVFFastScan &>(index);
    faiss::BlockInvertedLists &lists = packed_lists(index);
    faiss::BlockInvertedLists &from = packed_lists(other);
    for (size_t list = 0; list < lists.nlist; list++) {
        const size_t before = lists.ids[list].size();
        const size_t count = from.ids[list].size();
        if (count == 0) continue;
        lists.resize(list, before + count);
        for (size_t i = 0; i < count; i++) {
            lists.ids[list][before + i] = from.ids[list][i] + offset;
            copy_code(from.codes[list].get(), i, lists.codes[list].get(), before + i, fast);
        }
        from.resize(list, 0);
    }
    index.ntotal += other.ntotal;
    other.ntotal = 0;
}

void relabel(faiss::IndexIVF &index, const std::vector<int64_t> &new_label) {
    const auto all = [&](std::vector<std::vector<int64_t>> &ids) {
        for (auto &list : ids) {
            for (int64_t &label : list) label = new_label[size_t(label)];
        }
    };
    if (auto *packed = dynamic_cast<faiss::BlockInvertedLists *>(index.invlists)) return all(packed->ids);
    if (auto *array = dynamic_cast<faiss::ArrayInvertedLists *>(index.invlists)) return all(array->ids);
    throw Failure{CFAISS_UNSUPPORTED, "lists of this kind cannot change"};
}

}  // namespace cfaiss
