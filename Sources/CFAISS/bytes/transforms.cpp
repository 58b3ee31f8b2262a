#include "bytes/fields.hpp"

#include "structure/structure.hpp"

namespace cfaiss::bytes {

void step_transforms(Walk &walk, unsigned) {
    const auto count = walk.take<int32_t>();
    walk.expect(count >= 1 && count <= structure::max_transform_count, "the number of transforms is out of range");
    walk.seen.d_out = walk.seen.d;
    for (int32_t i = 0; i < count; i++) {
        step_part(walk, chain);
        walk.expect(walk.inner.d == walk.seen.d_out, "a transform does not fit the one before it");
        walk.expect(walk.inner.is_trained || walk.seen.count == 0, "rows behind a transform that is not trained");
        walk.seen.d_out = walk.inner.d_out;
    }
}

void step_matrix(Walk &walk, unsigned) {
    const bool has_shift = walk.take_flag();
    walk.seen.matrix_size = walk.vector(sizeof(float));
    walk.seen.shift_size = walk.vector(sizeof(float));
    walk.expect(has_shift || walk.seen.shift_size == 0, "a shift that is not used");
}

namespace {

/// How all transforms end.
void walk_dimensions(Walk &walk) {
    const auto in = walk.take<int32_t>();
    const auto out = walk.take<int32_t>();
    walk.expect(in >= 1 && in <= structure::max_dimension && out >= 1 && out <= structure::max_dimension,
                "the dimension of a transform is out of range");
    walk.seen.d = uint64_t(in);
    walk.seen.d_out = uint64_t(out);
    walk.seen.is_trained = walk.take_flag();
}

}  // namespace

void step_matrix_dimensions(Walk &walk, unsigned) {
    walk_dimensions(walk);
    walk.expect(!walk.seen.is_trained || (walk.seen.matrix_size == walk.seen.d * walk.seen.d_out &&
                                          (walk.seen.shift_size == 0 || walk.seen.shift_size == walk.seen.d_out)),
                "the matrix of a transform is incomplete");
}

void step_itq_dimensions(Walk &walk, unsigned) {
    walk_dimensions(walk);
}

void step_same_dimensions(Walk &walk, unsigned) {
    walk_dimensions(walk);
    walk.expect(walk.seen.d == walk.seen.d_out, "a normalisation that changes the dimension");
}

void step_map(Walk &walk, unsigned) {
    const uint64_t count = walk.vector(sizeof(int32_t));
    const uint8_t *const places = walk.bytes + walk.place - count * sizeof(int32_t);
    walk_dimensions(walk);
    walk.expect(count == walk.seen.d_out, "the map of a transform is incomplete");
    for (uint64_t i = 0; i < count; i++) {
        int32_t place;
        std::memcpy(&place, places + i * sizeof place, sizeof place);
        walk.expect(place >= -1 && place < int32_t(walk.seen.d), "the map of a transform is out of range");
    }
}

}  // namespace cfaiss::bytes
