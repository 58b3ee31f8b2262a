#pragma once

#include "cfaiss_transform.h"

#include <faiss/IndexPreTransform.h>

#include <memory>
#include <string>

/// FAISS makes transforms, and reads and writes them, only as parts of indexes; this is one before an empty flat index that
/// is never used.
struct cfaiss_transform {
    std::unique_ptr<faiss::IndexPreTransform> index;
    /// As in `cfaiss::Loaded`.
    std::string factory;

    faiss::VectorTransform &step() const { return *index->chain[0]; }
};
