#pragma once

#include <faiss/IndexBinary.h>
#include <faiss/impl/io.h>

namespace cfaiss {

/// Writes `index` in FAISS's format. FAISS itself gives the rows of a key of a multi-hash too few bits to be counted with
/// where they are all rows and a power of two, and reads none back.
void write_binary_index(const faiss::IndexBinary &index, faiss::IOWriter &writer);

}  // namespace cfaiss
