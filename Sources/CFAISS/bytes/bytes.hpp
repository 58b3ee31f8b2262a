#pragma once

#include <cstddef>
#include <cstdint>

namespace cfaiss::bytes {

/// What stands in bytes of FAISS's format.
enum class Form {
    /// All of an index.
    whole,
    /// The skeleton of a container (container/format.hpp): the arrays that it keeps apart are empty.
    skeleton,
};

/// Follows FAISS's format field by field through `bytes`, as its reader will, and throws `Failure` (CFAISS_MALFORMED,
/// with the place) for what that reader must not see: kinds that no factory string makes, lengths that are more than
/// the bytes left, and numbers by which it takes memory, divides, or goes through an array. Allocates nothing.
void check_index(const uint8_t *bytes, size_t byte_count, Form form);
void check_binary_index(const uint8_t *bytes, size_t byte_count, Form form);

}  // namespace cfaiss::bytes
