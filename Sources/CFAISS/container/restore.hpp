#pragma once

#include <faiss/Index.h>
#include <faiss/IndexBinary.h>

#include <string>

namespace cfaiss {

/// Puts back into an index that FAISS has read what its factory had set for training and its file format does not keep:
/// how an IVF's k-means runs, and, by the index's factory string (may be empty), which linear transforms are OPQ and of how
/// many parts. Throws `Failure` (CFAISS_MALFORMED) if the string names more or fewer of those than the index has.
void restore_training(faiss::Index &index, const std::string &factory);
void restore_training(faiss::IndexBinary &index, const std::string &factory);

}  // namespace cfaiss
