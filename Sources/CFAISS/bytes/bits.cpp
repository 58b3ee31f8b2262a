#include "bytes/fields.hpp"

namespace cfaiss::bytes {
namespace {

constexpr int max_key_bits = 32;
constexpr int max_number_bits = 40;

/// Reads numbers of some bits each, as FAISS packs them, and never past the end.
struct PackedReader {
    const Walk &walk;
    const uint8_t *bytes;
    uint64_t left;
    uint64_t place = 0;

    uint64_t take(int bit_count) {
        walk.expect(uint64_t(bit_count) <= left, "packed numbers end too early");
        left -= uint64_t(bit_count);
        uint64_t value = 0;
        for (int bit = 0; bit < bit_count; bit++, place++) {
            value |= uint64_t(bytes[place / 8] >> place % 8 & 1) << bit;
        }
        return value;
    }
};

PackedReader packed(Walk &walk) {
    const uint64_t byte_count = walk.vector(1);
    return {walk, walk.bytes + walk.place - byte_count, byte_count * 8};
}

int take_key_bits(Walk &walk) {
    const auto count = walk.take<int32_t>();
    walk.expect(count >= 1 && count <= max_key_bits && uint64_t(count) <= walk.seen.d, "a hash of bits out of range");
    return count;
}

}  // namespace

void step_hashed_bits(Walk &walk, unsigned) {
    walk.expect(walk.vector(1) == walk.seen.count * (walk.seen.d / 8),
                "an array of more or fewer rows than the index counts");
}

void step_hash(Walk &walk, unsigned) {
    const int key_bits = take_key_bits(walk);
    walk.skip(sizeof(int32_t)); // bits that a search may flip
    const auto key_count = walk.take<uint64_t>();
    const auto size_bits = walk.take<int32_t>();
    walk.expect(size_bits >= 0 && size_bits <= max_number_bits && (size_bits >= 1 || key_count == 0),
                "the lengths of lists are of a size out of range");
    // Each has two lengths of its own further on.
    walk.expect(key_count <= walk.left() / (2 * sizeof(uint64_t)), "more lists than there are bytes left");
    PackedReader numbers = packed(walk);
    for (uint64_t i = 0; i < key_count; i++) {
        numbers.take(key_bits);
        const uint64_t row_count = numbers.take(size_bits);
        walk.expect(walk.vector(sizeof(int64_t)) == row_count && walk.vector(1) == row_count * (walk.seen.d / 8),
                    "a list of more or fewer rows than it counts");
    }
}

void step_hashes(Walk &walk, unsigned) {
    const int key_bits = take_key_bits(walk);
    const auto map_count = walk.take<int32_t>();
    walk.expect(map_count >= 1 && uint64_t(map_count) <= walk.seen.d / uint64_t(key_bits),
                "a hash of bits out of range");
    walk.skip(sizeof(int32_t)); // bits that a search may flip
    for (int32_t map = 0; map < map_count; map++) {
        const auto number_bits = walk.take<int32_t>();
        walk.expect(number_bits >= 0 && number_bits <= max_number_bits, "row numbers of a size out of range");
        const auto key_count = walk.take<uint64_t>();
        PackedReader numbers = packed(walk);
        // FAISS's reader looks at the next byte even for a number of no bits.
        walk.expect(number_bits >= 1 || key_count == 0 || key_bits % 8 != 0, "row numbers of no bits");
        walk.expect(key_count <= numbers.left / uint64_t(key_bits + number_bits), "more keys than there are bits left");
        for (uint64_t i = 0; i < key_count; i++) {
            numbers.take(key_bits);
            const uint64_t row_count = numbers.take(number_bits);
            for (uint64_t row = 0; row < row_count; row++) numbers.take(number_bits);
        }
    }
}

}  // namespace cfaiss::bytes
