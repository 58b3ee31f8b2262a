#pragma once

#include "bytes/bytes.hpp"
#include "guarded.hpp"

#include <cstring>
#include <string>

namespace cfaiss::bytes {

/// Where an index or a transform stands, as a set: what it is part of decides which kinds it may be. No kind may stand
/// inside itself, so that this ends the nesting, too.
enum Place : unsigned {
    outermost = 1 << 0,
    labelled = 1 << 1,
    refined = 1 << 2,
    transformed = 1 << 3,
    /// Compared again by a refinement.
    exact = 1 << 4,
    graph_floats = 1 << 5,
    graph_scalars = 1 << 6,
    graph_products = 1 << 7,
    centroids = 1 << 8,
    transformed_centroids = 1 << 9,
    chain = 1 << 10,
    signs_rotation = 1 << 11,
    itq_rotation = 1 << 12,
    itq_whole = 1 << 13,
    bits = 1 << 14,
    bit_rows = 1 << 15,
    bit_centroids = 1 << 16,
    /// A container leaves them to FAISS.
    hashed_rows = 1 << 17,
};

/// Numbers of the index or transform that is walked through which later fields depend on.
struct Seen {
    uint64_t d;
    uint64_t d_out; // of a transform
    uint64_t count;
    bool is_trained;
    uint64_t list_count;
    /// The rows are computed from a few numbers, and stand in no array.
    bool is_computed;
    // Of its quantiser.
    uint64_t part_count;
    uint64_t bit_count;
    uint64_t code_size;
    // Of its matrix.
    uint64_t matrix_size;
    uint64_t shift_size;
};

/// A place in the bytes, and what has been met on the way.
struct Walk {
    const uint8_t *bytes;
    size_t byte_count;
    Form form;
    size_t place = 0;
    /// Of the kind that is walked through.
    const char *name = nullptr;
    Seen seen{};
    /// Of the part before.
    Seen inner{};

    size_t left() const { return byte_count - place; }

    [[noreturn]] void fail(const char *why) const {
        const std::string in = name == nullptr ? "" : std::string(" in ") + name;
        throw Failure{CFAISS_MALFORMED, std::string(why) + " (byte " + std::to_string(place) + in + ")"};
    }

    void expect(bool condition, const char *why) const {
        if (!condition) fail(why);
    }

    void skip(uint64_t count) {
        expect(count <= left(), "the bytes end too early");
        place += size_t(count);
    }

    template <typename T>
    T take() {
        T value;
        const uint8_t *start = bytes + place;
        skip(sizeof value);
        std::memcpy(&value, start, sizeof value);
        return value;
    }

    bool take_flag() {
        const auto flag = take<uint8_t>();
        expect(flag <= 1, "neither yes nor no");
        return flag == 1;
    }

    /// Passes over a number of elements and the elements; returns the number.
    uint64_t vector(size_t element_size) {
        const auto count = take<uint64_t>();
        expect(count <= left() / element_size, "a length that is more than the bytes left");
        skip(count * element_size);
        return count;
    }

    /// The same for an array that a container keeps apart.
    uint64_t rows(size_t element_size) {
        const uint64_t count = vector(element_size);
        expect(form == Form::whole || count == 0, "an array that stands in the skeleton");
        return count;
    }

    /// The same, of so many elements a row. The count of a skeleton stands elsewhere, too, and is 0.
    void counted_rows(size_t element_size, uint64_t a_row) {
        const uint64_t count = rows(element_size);
        expect(count == seen.count * a_row, "an array of more or fewer rows than the index counts");
    }
};

/// A step through the bytes of a kind.
struct Field {
    void (*step)(Walk &walk, unsigned argument) = nullptr;
    unsigned argument = 0;
};

/// What follows the name of a kind, field after field, and where it may stand.
struct Kind {
    char name[5];
    unsigned places;
    Field fields[16];
};

/// The kinds of FAISS's format that are read. Ends with a kind without a name.
extern const Kind kinds[];

/// Through an index or transform of one of the kinds that may stand at `place`.
void walk_kind(Walk &walk, Place place);

}  // namespace cfaiss::bytes
