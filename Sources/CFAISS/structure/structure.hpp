#pragma once

#include "guarded.hpp"

#include <faiss/Index.h>
#include <faiss/IndexBinary.h>
#include <faiss/IndexIVF.h>
#include <faiss/VectorTransform.h>
#include <faiss/impl/AdditiveQuantizer.h>
#include <faiss/impl/HNSW.h>
#include <faiss/impl/ProductQuantizer.h>
#include <faiss/impl/ScalarQuantizer.h>

namespace cfaiss {

/// Throws `Failure` (CFAISS_MALFORMED) unless the sizes inside an index that was read from bytes agree with each other
/// and every link and label stays inside it, so that no later call reaches past its memory. Goes through all parts
/// of an index. Linear in its links and labels.
void check_structure(const faiss::Index &index);
void check_structure(const faiss::IndexBinary &index);

/// What FAISS needs of an inverted file before it computes the table of its product quantiser.
void check_before_table(const faiss::IndexIVF &index);

// The parts, for the files in this folder.
namespace structure {

inline constexpr int max_dimension = 65536;
inline constexpr int64_t max_count = int64_t(1) << 40;
inline constexpr size_t max_list_count = size_t(1) << 20;

inline void expect(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_MALFORMED, message};
}

/// Whether labels must be rows of the index itself: where another part follows them.
enum class Labels { any, rows };

void check(const faiss::Index &index, Labels labels, int depth);
void check(const faiss::IndexBinary &index, Labels labels, int depth);

void check(const faiss::ProductQuantizer &quantizer, int dimension);
void check(const faiss::ScalarQuantizer &quantizer, int dimension, bool is_trained);
void check(const faiss::AdditiveQuantizer &quantizer, int dimension, bool is_trained);
void check(const faiss::VectorTransform &transform);

void check_hnsw(const faiss::HNSW &graph, int64_t count);
void check_lists(const faiss::InvertedLists *lists, size_t list_count, int64_t count, Labels labels);
void check_direct_map(const faiss::DirectMap &map, const faiss::InvertedLists &lists, int64_t count);

}  // namespace structure
}  // namespace cfaiss
