#pragma once

#include "cfaiss_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexScalarQuantizer.h>

#include <memory>
#include <string>

struct cfaiss_index {
    std::unique_ptr<faiss::Index> index;
    /// FAISS numbers rows of IVF kinds by their count, which after a removal would give a label twice.
    int64_t next_label = 0;
};

namespace cfaiss {

/// What `index` is, next label aside. Throws `Failure` for a metric that this module does not know.
cfaiss_index_info describe(const faiss::Index &index);

/// The factory string of `index` in the form that the Swift grammar prints; empty for a kind that it does not know.
std::string factory_text(const faiss::Index &index);

/// Above every label of `index`.
int64_t label_above_all(const faiss::Index &index);

/// Makes every part of `index` keep silent and train with as few rows as it can.
void prepare(faiss::Index &index);

/// Throws `Failure` unless the sizes inside an index that was read from bytes agree with each other and every
/// link and label stays inside it, so that no later call reaches past its memory. Linear in its links and labels.
void check_structure(const faiss::Index &index);

}  // namespace cfaiss
