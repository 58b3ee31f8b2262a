#include "structure/structure.hpp"

namespace cfaiss::structure {

void check(const faiss::ProductQuantizer &quantizer, int dimension) {
    const size_t d = size_t(dimension);
    expect(quantizer.d == d && quantizer.M >= 1 && quantizer.M <= d && d % quantizer.M == 0 &&
               quantizer.dsub == d / quantizer.M,
           "a product quantiser has another shape than its index");
    expect(quantizer.nbits >= 1 && quantizer.nbits <= 16 && quantizer.ksub == size_t(1) << quantizer.nbits &&
               quantizer.code_size == (quantizer.M * quantizer.nbits + 7) / 8,
           "a product quantiser's codes are of a size out of range");
    expect(quantizer.centroids.size() == d * quantizer.ksub, "a product quantiser's centroids are incomplete");
    expect_numbers(quantizer.centroids);
}

size_t scalar_code_size(faiss::ScalarQuantizer::QuantizerType kind, size_t dimension) {
    using SQ = faiss::ScalarQuantizer;
    switch (kind) {
    case SQ::QT_8bit: return dimension;
    case SQ::QT_6bit: return (dimension * 6 + 7) / 8;
    case SQ::QT_4bit: return (dimension + 1) / 2;
    case SQ::QT_fp16: return dimension * 2;
    default: return 0;
    }
}

void check(const faiss::ScalarQuantizer &quantizer, int dimension, bool is_trained) {
    const size_t d = size_t(dimension);
    const size_t code_size = scalar_code_size(quantizer.qtype, d);
    expect(code_size != 0 && quantizer.d == d && quantizer.code_size == code_size,
           "a scalar quantizer has another shape than its index");
    const size_t range_count = quantizer.qtype == faiss::ScalarQuantizer::QT_fp16 ? 0 : 2 * d;
    expect(!is_trained || range_count == 0 || quantizer.trained.size() == range_count,
           "the scalar quantizer's ranges are incomplete");
    expect_numbers(quantizer.trained);
}

void check(const faiss::VectorTransform &transform) {
    expect(transform.d_in >= 1 && transform.d_in <= max_dimension && transform.d_out >= 1 &&
               transform.d_out <= max_dimension,
           "the dimension of a transform is out of range");
    if (!transform.is_trained) return;
    const size_t in = size_t(transform.d_in);
    const size_t out = size_t(transform.d_out);
    if (const auto *linear = dynamic_cast<const faiss::LinearTransform *>(&transform)) {
        expect(linear->A.size() >= in * out && (!linear->have_bias || linear->b.size() >= out),
               "the matrix of a transform is incomplete");
        expect_numbers(linear->A, max_factor);
        expect_numbers(linear->b, max_factor);
    } else if (const auto *remap = dynamic_cast<const faiss::RemapDimensionsTransform *>(&transform)) {
        expect(remap->map.size() == out, "the map of a transform is incomplete");
        for (const int place : remap->map) expect(place >= -1 && place < int(in), "the map of a transform is out of range");
    } else if (const auto *itq = dynamic_cast<const faiss::ITQTransform *>(&transform)) {
        expect(itq->mean.size() == in && itq->itq.d_in == int(out) && itq->itq.d_out == int(out) &&
                   itq->pca_then_itq.d_in == int(in) && itq->pca_then_itq.d_out == int(out),
               "the matrices of a transform do not fit each other");
        check(itq->pca_then_itq);
        expect_numbers(itq->mean);
    } else if (dynamic_cast<const faiss::NormalizationTransform *>(&transform) != nullptr) {
        expect(in == out, "a normalisation that changes the dimension");
    } else {
        expect(false, "a transform of a kind that is not supported");
    }
}

}  // namespace cfaiss::structure
