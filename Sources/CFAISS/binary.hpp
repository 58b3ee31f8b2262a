#pragma once

#include "cfaiss_binary.h"

#include <faiss/IndexBinary.h>

#include <memory>
#include <string>

struct cfaiss_binary {
    std::unique_ptr<faiss::IndexBinary> index;
    /// As in `cfaiss_index`.
    int64_t next_label = 0;
    /// As in `cfaiss::Loaded`.
    std::string factory;
};

namespace cfaiss {

cfaiss_index_info info_of(const cfaiss_binary &handle);

/// The rows themselves, by position; null for kinds that scatter them.
const uint8_t *stored_rows(const faiss::IndexBinary &index);

/// Makes every part of `index` keep silent and train with as few rows as it can.
void prepare(faiss::IndexBinary &index);

/// As for a `faiss::Index`.
std::string factory_text(const faiss::IndexBinary &index);

/// Above every label of `index`.
int64_t label_above_all(const faiss::IndexBinary &index);

}  // namespace cfaiss
