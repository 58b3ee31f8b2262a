#pragma once

#include "cfaiss_binary.h"

#include <faiss/IndexBinary.h>

#include <memory>

struct cfaiss_binary {
    std::unique_ptr<faiss::IndexBinary> index;
    /// As in `cfaiss_index`.
    int64_t next_label = 0;
};

namespace cfaiss {

/// Makes every part of `index` keep silent and train with as few rows as it can.
void prepare(faiss::IndexBinary &index);

/// Above every label of `index`.
int64_t label_above_all(const faiss::IndexBinary &index);

}  // namespace cfaiss
