#include "structure/structure.hpp"

#include <faiss/impl/LocalSearchQuantizer.h>
#include <faiss/impl/ProductAdditiveQuantizer.h>
#include <faiss/impl/ResidualQuantizer.h>

namespace cfaiss::structure {
namespace {

using faiss::AdditiveQuantizer;

/// What a quantiser keeps of the norm of a row, and what it keeps for that.
struct Norms {
    size_t bit_count;
    size_t centroid_count;
    size_t table_size;
};

Norms norms_of(const AdditiveQuantizer &quantizer) {
    switch (quantizer.search_type) {
    case AdditiveQuantizer::ST_decompress:
    case AdditiveQuantizer::ST_LUT_nonorm: return {0, 0, 0};
    case AdditiveQuantizer::ST_norm_float: return {32, 0, 0};
    case AdditiveQuantizer::ST_norm_qint8: return {8, 0, 0};
    case AdditiveQuantizer::ST_norm_qint4: return {4, 0, 0};
    case AdditiveQuantizer::ST_norm_cqint8: return {8, 256, 0};
    case AdditiveQuantizer::ST_norm_cqint4: return {4, 16, 0};
    // Two steps of 16 centroids; and the 256 sums of one of each.
    case AdditiveQuantizer::ST_norm_lsq2x4:
    case AdditiveQuantizer::ST_norm_rq2x4: return {8, 256, 32};
    default: throw Failure{CFAISS_MALFORMED, "norms of additive codes are kept in a way that is not supported"};
    }
}

void check_training(const faiss::ResidualQuantizer &quantizer) {
    expect(quantizer.max_beam_size >= 1 && quantizer.max_beam_size <= max_beam_size,
           "the beam of an additive quantiser is out of range");
}

void check_training(const faiss::LocalSearchQuantizer &quantizer) {
    for (const size_t nbits : quantizer.nbits) {
        expect(quantizer.K == size_t(1) << nbits, "an additive quantiser's steps are of different sizes");
    }
    expect(quantizer.chunk_size >= 1 && quantizer.chunk_size <= size_t(1) << 30 && quantizer.train_iters <= 100 &&
               quantizer.train_ils_iters <= 64 && quantizer.encode_ils_iters <= 64 && quantizer.icm_iters <= 16 &&
               quantizer.nperts <= max_additive_steps,
           "the search of an additive quantiser is out of range");
}

void check_parts(const faiss::ProductAdditiveQuantizer &quantizer) {
    const size_t d = quantizer.d;
    expect(quantizer.nsplits >= 1 && d % quantizer.nsplits == 0 && quantizer.quantizers.size() == quantizer.nsplits,
           "an additive quantiser has another shape than its index");
    size_t step = 0;
    for (const AdditiveQuantizer *part : quantizer.quantizers) {
        expect(part != nullptr, "an additive quantiser lacks a part");
        check(*part, int(d / quantizer.nsplits));
        for (const size_t nbits : part->nbits) {
            expect(step < quantizer.M && quantizer.nbits[step] == nbits, "an additive quantiser's steps do not agree");
            step++;
        }
    }
    expect(step == quantizer.M, "an additive quantiser's steps do not agree");
}

}  // namespace

void check(const AdditiveQuantizer &quantizer, int dimension) {
    const size_t d = size_t(dimension);
    expect(quantizer.d == d && quantizer.M >= 1 && quantizer.M <= max_additive_steps &&
               quantizer.nbits.size() == quantizer.M,
           "an additive quantiser has another shape than its index");
    const Norms norms = norms_of(quantizer);
    size_t bits = norms.bit_count;
    size_t centroid_count = 0;
    for (const size_t nbits : quantizer.nbits) {
        expect(nbits >= 1 && nbits <= max_additive_bits, "an additive quantiser's codes are of a size out of range");
        bits += nbits;
        centroid_count += size_t(1) << nbits;
    }
    expect(quantizer.code_size == (bits + 7) / 8, "an additive quantiser's codes are of a size out of range");
    expect(quantizer.is_trained, "an additive quantiser that is not trained");
    expect(norms.centroid_count == 0 || quantizer.qnorm.codes.size() == norms.centroid_count * sizeof(float),
           "the norms of an additive quantiser are incomplete");
    expect(quantizer.norm_tabs.size() == norms.table_size, "the norms of an additive quantiser are incomplete");
    size_t part_count = 1;
    if (const auto *product = dynamic_cast<const faiss::ProductAdditiveQuantizer *>(&quantizer)) {
        check_parts(*product);
        part_count = product->nsplits;
    } else if (const auto *residual = dynamic_cast<const faiss::ResidualQuantizer *>(&quantizer)) {
        check_training(*residual);
    } else if (const auto *searched = dynamic_cast<const faiss::LocalSearchQuantizer *>(&quantizer)) {
        check_training(*searched);
    } else {
        expect(false, "an additive quantiser of a kind that is not supported");
    }
    expect(quantizer.codebooks.size() == centroid_count * (d / part_count),
           "an additive quantiser's codebooks are incomplete");
    expect_numbers(quantizer.codebooks);
    expect_numbers(reinterpret_cast<const float *>(quantizer.qnorm.codes.data()), norms.centroid_count);
    expect_numbers(quantizer.norm_tabs);
}

}  // namespace cfaiss::structure
