#pragma once

#include "cfaiss_index.h"

#include "container/container.hpp"
#include "structure/structure.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexScalarQuantizer.h>

#include <memory>
#include <string>

struct cfaiss_index : cfaiss::Loaded<faiss::Index> {
    /// FAISS numbers rows of IVF kinds by their count, which after a removal would give a label twice.
    int64_t next_label = 0;
};

namespace cfaiss {

/// What `index` is, next label aside. Throws `Failure` for a metric that this module does not know.
cfaiss_index_info describe(const faiss::Index &index);

/// The factory string of `index` in the form that the Swift grammar prints; empty for a kind that it does not know.
std::string factory_text(const faiss::Index &index);

/// The index, to be changed. Throws `Failure` (CFAISS_READ_ONLY) for one that leans on mapped memory.
faiss::Index &changeable(cfaiss_index *handle);

/// Above every label of `index`.
int64_t label_above_all(const faiss::Index &index);

/// Makes every part of `index` keep silent and train with as few rows as it can.
void prepare(faiss::Index &index);

/// Throws CFAISS_DEGENERATE if the centroids of `index`, trained and prepared, cannot be had back from behind the
/// transforms over its lists. FAISS wants them inside an OpenMP region, which an exception would leave with the process.
void check_centroids(faiss::Index &index);

}  // namespace cfaiss
