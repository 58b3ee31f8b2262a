#pragma once

#include "cfaiss_index.h"

#include "container/container.hpp"
#include "structure/structure.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexScalarQuantizer.h>

#include <memory>

struct cfaiss_index : cfaiss::Loaded<faiss::Index> {};

namespace cfaiss {

/// What `index` is. Throws `Failure` for a kind that this module does not make.
cfaiss_index_info describe(const faiss::Index &index);

}  // namespace cfaiss
