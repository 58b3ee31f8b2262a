#include "bytes/fields.hpp"

#include "structure/structure.hpp"

namespace cfaiss::bytes {
namespace {

using faiss::AdditiveQuantizer;

struct Additive {
    int32_t norms;
    uint64_t centroid_count;
    uint64_t bit_count;
    uint64_t codebook_size;
};

/// What all of them begin with. FAISS's reader goes through as many bits as there are steps.
Additive walk_additive(Walk &walk, uint64_t d) {
    walk.expect(walk.take<uint64_t>() == d, "an additive quantiser of another dimension than its index");
    const auto step_count = walk.take<uint64_t>();
    walk.expect(step_count >= 1 && step_count <= structure::max_additive_steps,
                "an additive quantiser's steps are out of range");
    Additive result{};
    walk.expect(walk.take<uint64_t>() == step_count, "an additive quantiser's steps do not agree");
    for (uint64_t step = 0; step < step_count; step++) {
        const auto bit_count = walk.take<uint64_t>();
        walk.expect(bit_count >= 1 && bit_count <= structure::max_additive_bits,
                    "an additive quantiser's codes are of a size out of range");
        result.bit_count += bit_count;
        result.centroid_count += uint64_t(1) << bit_count;
    }
    walk.expect(walk.take_flag(), "an additive quantiser that is not trained");
    result.codebook_size = walk.vector(sizeof(float));
    const auto norms = result.norms = walk.take<int32_t>();
    walk.skip(2 * sizeof(float)); // their range
    const bool has_tables = norms == AdditiveQuantizer::ST_norm_lsq2x4 || norms == AdditiveQuantizer::ST_norm_rq2x4;
    if (has_tables || norms == AdditiveQuantizer::ST_norm_cqint8 || norms == AdditiveQuantizer::ST_norm_cqint4) {
        walk.vector(sizeof(float));
    }
    if (has_tables) walk.vector(sizeof(float));
    return result;
}

void expect_codebook(Walk &walk, const Additive &quantizer, uint64_t d) {
    walk.expect(quantizer.centroid_count <= structure::max_additive_centroids &&
                    quantizer.codebook_size == quantizer.centroid_count * d,
                "an additive quantiser's codebooks are incomplete");
}

/// Of its centroids FAISS's reader multiplies each with each.
Additive walk_residual(Walk &walk, uint64_t d) {
    const Additive quantizer = walk_additive(walk, d);
    expect_codebook(walk, quantizer, d);
    walk.skip(2 * sizeof(int32_t)); // how it is trained, and its beam
    return quantizer;
}

Additive walk_searched(Walk &walk, uint64_t d) {
    const Additive quantizer = walk_additive(walk, d);
    expect_codebook(walk, quantizer, d);
    walk.skip(5 * sizeof(uint64_t) + 2 * sizeof(float) + sizeof(uint64_t) + sizeof(int32_t) + sizeof(uint64_t));
    walk.take_flag();
    return quantizer;
}

void walk_parts(Walk &walk, Additive (*walk_part)(Walk &, uint64_t)) {
    const uint64_t d = walk.seen.d;
    const Additive whole = walk_additive(walk, d);
    const auto part_count = walk.take<uint64_t>();
    walk.expect(part_count >= 1 && part_count <= structure::max_additive_steps && d % part_count == 0,
                "an additive quantiser's parts are out of range");
    uint64_t bit_count = 0;
    for (uint64_t part = 0; part < part_count; part++) bit_count += walk_part(walk, d / part_count).bit_count;
    walk.expect(bit_count == whole.bit_count, "an additive quantiser's steps do not agree");
}

}  // namespace

void step_residual(Walk &walk, unsigned) {
    walk_residual(walk, walk.seen.d);
}

void step_searched(Walk &walk, unsigned) {
    walk_searched(walk, walk.seen.d);
}

void step_product_residual(Walk &walk, unsigned) {
    walk_parts(walk, walk_residual);
}

void step_product_searched(Walk &walk, unsigned) {
    walk_parts(walk, walk_searched);
}

void step_residual_centroids(Walk &walk, unsigned) {
    const Additive quantizer = walk_residual(walk, walk.seen.d);
    // FAISS's reader writes norms of all that the codes can say, kept norms among it, into room for those counted.
    walk.expect(quantizer.norms == AdditiveQuantizer::ST_decompress &&
                    quantizer.bit_count <= structure::max_centroid_bits &&
                    walk.seen.count == uint64_t(1) << quantizer.bit_count,
                "a quantizer has the wrong number of centroids");
    walk.seen.is_computed = true;
}

}  // namespace cfaiss::bytes
