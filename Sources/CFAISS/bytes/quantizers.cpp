#include "bytes/fields.hpp"

#include "structure/structure.hpp"

namespace cfaiss::bytes {

using structure::max_graph_parts;
using structure::max_pair_bits;

void step_scalar(Walk &walk, unsigned) {
    const auto kind = walk.take<int32_t>();
    walk.skip(sizeof(int32_t) + sizeof(float)); // how ranges are found
    walk.expect(walk.take<uint64_t>() == walk.seen.d, "a scalar quantizer of another dimension than its index");
    walk.skip(sizeof(uint64_t)); // a code size that is computed anew
    const uint64_t range_count = walk.vector(sizeof(float));
    walk.seen.code_size = structure::scalar_code_size(faiss::ScalarQuantizer::QuantizerType(kind), size_t(walk.seen.d));
    walk.expect(walk.seen.code_size != 0, "a scalar quantizer of a kind that is not supported");
    walk.expect(walk.seen.count == 0 || kind == faiss::ScalarQuantizer::QT_fp16 || range_count == 2 * walk.seen.d,
                "the scalar quantizer's ranges are incomplete");
}

void step_scalar_codes(Walk &walk, unsigned) {
    const uint64_t byte_count = walk.rows(1);
    walk.expect(walk.form == Form::skeleton || byte_count == walk.seen.count * walk.seen.code_size,
                "an array of more or fewer rows than the index counts");
}

void step_product(Walk &walk, unsigned) {
    const auto d = walk.take<uint64_t>();
    const auto part_count = walk.take<uint64_t>();
    const auto bit_count = walk.take<uint64_t>();
    walk.expect(d == walk.seen.d && part_count >= 1 && part_count <= d && d % part_count == 0,
                "a product quantiser of another shape than its index");
    walk.expect(bit_count >= 1 && bit_count <= 16, "a product quantiser's codes are of a size out of range");
    walk.expect(walk.vector(sizeof(float)) == d << bit_count, "a product quantiser's centroids are incomplete");
    walk.seen.part_count = part_count;
    walk.seen.bit_count = bit_count;
}

void step_graph_product(Walk &walk, unsigned) {
    step_product(walk, 0);
    // FAISS's reader computes the distances of all pairs of centroids.
    walk.expect(walk.seen.bit_count == 8 && walk.seen.part_count <= max_graph_parts,
                "a graph over product codes of a size out of range");
}

void step_product_pairs(Walk &walk, unsigned) {
    step_product(walk, 0);
    walk.expect(walk.seen.part_count == 2 && walk.seen.bit_count <= max_pair_bits,
                "pairs of centroids of a number out of range");
    walk.expect(walk.seen.count == (walk.seen.is_trained ? uint64_t(1) << 2 * walk.seen.bit_count : 0),
                "a quantizer has the wrong number of centroids");
    walk.seen.is_computed = true;
}

void step_refinement(Walk &walk, unsigned) {
    if (!walk.seen.is_trained) return;
    step_product(walk, 0);
    walk.rows(1);
    walk.skip(sizeof(float)); // k_factor
}

}  // namespace cfaiss::bytes
