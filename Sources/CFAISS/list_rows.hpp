#pragma once

#include <faiss/IndexIVF.h>

namespace cfaiss {

/// Decodes one row of a list, in the kinds that FAISS has no way for, too.
void decode_listed(const faiss::IndexIVF &index, size_t list, size_t position, float *row);

/// Drops the selected rows of a FastScan index's lists, whose packed codes FAISS cannot move.
size_t remove_packed(faiss::IndexIVF &index, const faiss::IDSelector &selector);

/// Appends the lists of a FastScan index to those of another; labels grow by `offset`.
void merge_packed(faiss::IndexIVF &index, faiss::IndexIVF &other, int64_t offset);

/// Gives each row the label `new_label[label]`.
void relabel(faiss::IndexIVF &index, const std::vector<int64_t> &new_label);

}  // namespace cfaiss
