#include "structure/structure.hpp"

#include <faiss/impl/ProductAdditiveQuantizer.h>

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
}

void check(const faiss::ScalarQuantizer &quantizer, int dimension, bool is_trained) {
    using SQ = faiss::ScalarQuantizer;
    const size_t d = size_t(dimension);
    size_t code_size = 0;
    size_t trained = 0;
    switch (quantizer.qtype) {
    case SQ::QT_8bit: code_size = d, trained = 2 * d; break;
    case SQ::QT_8bit_uniform: code_size = d, trained = 2; break;
    case SQ::QT_8bit_direct: code_size = d; break;
    case SQ::QT_4bit: code_size = (d + 1) / 2, trained = 2 * d; break;
    case SQ::QT_4bit_uniform: code_size = (d + 1) / 2, trained = 2; break;
    case SQ::QT_6bit: code_size = (d * 6 + 7) / 8, trained = 2 * d; break;
    case SQ::QT_fp16: code_size = d * 2; break;
    }
    expect(code_size != 0 && quantizer.d == d && quantizer.code_size == code_size,
           "a scalar quantizer has another shape than its index");
    expect(!is_trained || trained == 0 || quantizer.trained.size() == trained,
           "the scalar quantizer's ranges are incomplete");
}

void check(const faiss::AdditiveQuantizer &quantizer, int dimension, bool is_trained) {
    const size_t d = size_t(dimension);
    expect(quantizer.d == d && quantizer.M >= 1 && quantizer.nbits.size() == quantizer.M,
           "an additive quantiser has another shape than its index");
    size_t bits = 0;
    size_t book_size = 0;
    for (const size_t nbits : quantizer.nbits) {
        expect(nbits >= 1 && nbits <= 16, "an additive quantiser's codes are of a size out of range");
        bits += nbits;
        book_size += size_t(1) << nbits;
    }
    expect(quantizer.code_size >= 1 && quantizer.code_size <= (bits + 32 + 7) / 8,
           "an additive quantiser's codes are of a size out of range");
    if (!is_trained) return;
    if (const auto *product = dynamic_cast<const faiss::ProductAdditiveQuantizer *>(&quantizer)) {
        expect(product->nsplits >= 1 && d % product->nsplits == 0 && product->quantizers.size() == product->nsplits,
               "an additive quantiser has another shape than its index");
        for (const faiss::AdditiveQuantizer *part : product->quantizers) {
            expect(part != nullptr, "an additive quantiser lacks a part");
            check(*part, int(d / product->nsplits), is_trained);
        }
    } else {
        expect(quantizer.codebooks.size() >= book_size * d, "an additive quantiser's codebooks are incomplete");
    }
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
    } else if (const auto *remap = dynamic_cast<const faiss::RemapDimensionsTransform *>(&transform)) {
        expect(remap->map.size() == out, "the map of a transform is incomplete");
        for (const int place : remap->map) expect(place >= -1 && place < int(in), "the map of a transform is out of range");
    } else if (const auto *centering = dynamic_cast<const faiss::CenteringTransform *>(&transform)) {
        expect(centering->mean.size() == in && in == out, "the mean of a transform is incomplete");
    } else if (const auto *itq = dynamic_cast<const faiss::ITQTransform *>(&transform)) {
        expect(itq->mean.size() == in && itq->itq.d_in == int(out) && itq->itq.d_out == int(out) &&
                   itq->pca_then_itq.d_in == int(in) && itq->pca_then_itq.d_out == int(out),
               "the matrices of a transform do not fit each other");
        check(itq->pca_then_itq);
    } else if (dynamic_cast<const faiss::NormalizationTransform *>(&transform) != nullptr) {
        expect(in == out, "a normalisation that changes the dimension");
    } else {
        expect(false, "a transform of a kind that is not supported");
    }
}

}  // namespace cfaiss::structure
