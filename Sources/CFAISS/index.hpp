#pragma once

#include "cfaiss_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexScalarQuantizer.h>

#include <memory>

struct cfaiss_index {
    std::unique_ptr<faiss::Index> index;
};

namespace cfaiss {

/// What `index` is. Throws `Failure` for a kind that this module does not make.
cfaiss_index_info describe(const faiss::Index &index);

/// Throws `Failure` unless the sizes inside an index that was read from bytes agree with each other and every
/// link and label stays inside it, so that no later call reaches past its memory. Linear in its links and labels.
void check_structure(const faiss::Index &index);

}  // namespace cfaiss
