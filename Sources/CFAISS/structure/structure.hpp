#pragma once

#include "guarded.hpp"
#include "structure/limits.hpp"

#include <faiss/Index.h>
#include <faiss/IndexBinary.h>
#include <faiss/IndexIVF.h>
#include <faiss/VectorTransform.h>
#include <faiss/impl/AdditiveQuantizer.h>
#include <faiss/impl/HNSW.h>
#include <faiss/impl/ProductQuantizer.h>
#include <faiss/impl/ScalarQuantizer.h>

#include <vector>

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

inline void expect(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_MALFORMED, message};
}

/// Throws unless all are at most `most`: FAISS goes by comparisons where NaN is neither less nor
/// more, and ends outside its arrays.
inline void expect_numbers(const float *numbers, size_t count, float most = max_learned) {
    bool good = true;
    for (size_t i = 0; i < count; i++) good &= numbers[i] >= -most && numbers[i] <= most;
    expect(good, "a number of a quantiser or transform is out of range");
}

inline void expect_numbers(const std::vector<float> &numbers, float most = max_learned) {
    expect_numbers(numbers.data(), numbers.size(), most);
}

/// Whether labels must be rows of the index itself: where another part follows them.
enum class Labels { any, rows };

void check(const faiss::Index &index, Labels labels);
void check(const faiss::IndexBinary &index, Labels labels);

/// Bytes of a row's code; 0 of a kind that is not supported.
size_t scalar_code_size(faiss::ScalarQuantizer::QuantizerType kind, size_t dimension);

void check(const faiss::ProductQuantizer &quantizer, int dimension);
void check(const faiss::ScalarQuantizer &quantizer, int dimension, bool is_trained);
void check(const faiss::AdditiveQuantizer &quantizer, int dimension);
void check(const faiss::VectorTransform &transform);

void check_hnsw(const faiss::HNSW &graph, int64_t count);
void check_lists(const faiss::InvertedLists *lists, size_t list_count, int64_t count, Labels labels);

}  // namespace structure
}  // namespace cfaiss
