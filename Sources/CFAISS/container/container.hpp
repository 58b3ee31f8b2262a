#pragma once

#include "container/borrowings.hpp"
#include "container/format.hpp"

#include "cfaiss_index.h"

#include <faiss/Index.h>
#include <faiss/IndexBinary.h>
#include <faiss/IndexPreTransform.h>

#include <memory>
#include <string>

namespace cfaiss {

/// An index with what its arrays have been lent. `borrowed` is destroyed first.
template <typename IndexT>
struct Loaded {
    std::unique_ptr<IndexT> index;
    Borrowings borrowed;
    /// The factory string that its container had, if any.
    std::string factory;
    /// The bytes that the index leans on, if it was mapped: it is written as these.
    const void *bytes = nullptr;
    size_t byte_count = 0;
};

/// Hands the container of `index` to `sink`, front to back. Reads the large arrays twice and copies none. `factory` may be
/// null.
void write_container(const faiss::Index &index, const char *factory, cfaiss_sink sink, void *context);
void write_container(const faiss::IndexBinary &index, const char *factory, cfaiss_sink sink, void *context);
void write_transform_container(
    const faiss::IndexPreTransform &transform, const char *factory, cfaiss_sink sink, void *context);

/// Makes the index of a container. With `map` its large arrays stay where they are in `bytes`, which must outlive it, and
/// nothing may change it; else all is copied. Throws `Failure` for whatever is not as it was written, before FAISS
/// sees any of it, and for an index that does not agree with itself.
Loaded<faiss::Index> read_container(const container::View &view, bool map);
Loaded<faiss::IndexBinary> read_container_of_bits(const container::View &view);
/// One transform before an empty flat index, and its factory string.
Loaded<faiss::Index> read_transform_container(const container::View &view);

}  // namespace cfaiss
