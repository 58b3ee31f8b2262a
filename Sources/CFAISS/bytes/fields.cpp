#include "bytes/fields.hpp"

#include "structure/structure.hpp"

#include <faiss/impl/io.h>

namespace cfaiss::bytes {

using structure::max_count;
using structure::max_dimension;
using structure::max_list_count;

void step_header(Walk &walk, unsigned) {
    const auto d = walk.take<int32_t>();
    walk.expect(d >= 1 && d <= max_dimension, "the dimension is out of range");
    const auto count = walk.take<int64_t>();
    walk.expect(count >= 0 && count <= max_count, "the count is out of range");
    walk.skip(2 * sizeof(int64_t)); // unused
    walk.seen.d = uint64_t(d);
    walk.seen.count = uint64_t(count);
    walk.seen.is_trained = walk.take_flag();
    const auto metric = walk.take<int32_t>();
    walk.expect(metric == faiss::METRIC_L2 || metric == faiss::METRIC_INNER_PRODUCT, "the metric is not supported");
}

void step_bit_header(Walk &walk, unsigned) {
    const auto d = walk.take<int32_t>();
    const auto code_size = walk.take<int32_t>();
    walk.expect(d >= 8 && d <= max_dimension && d % 8 == 0 && code_size == d / 8, "the dimension is out of range");
    const auto count = walk.take<int64_t>();
    walk.expect(count >= 0 && count <= max_count, "the count is out of range");
    walk.seen.d = uint64_t(d);
    walk.seen.count = uint64_t(count);
    walk.seen.is_trained = walk.take_flag();
    const auto metric = walk.take<int32_t>();
    walk.expect(metric == faiss::METRIC_L2 || metric == faiss::METRIC_INNER_PRODUCT, "the metric is not supported");
}

void step_part(Walk &walk, unsigned place) {
    const Seen whole = walk.seen;
    const char *const name = walk.name;
    walk_kind(walk, Place(place));
    walk.inner = walk.seen;
    walk.seen = whole;
    walk.name = name;
}

void step_same_shape(Walk &walk, unsigned) {
    walk.expect(walk.inner.d == (walk.seen.d_out != 0 ? walk.seen.d_out : walk.seen.d),
                "a part of another dimension than its index");
    // A skeleton has 0 for some counts and not for others.
    walk.expect(walk.form == Form::skeleton || walk.inner.count == walk.seen.count,
                "a part of more or fewer rows than its index");
}

void step_list_numbers(Walk &walk, unsigned place) {
    walk.seen.list_count = walk.take<uint64_t>();
    walk.expect(walk.seen.list_count >= 1 && walk.seen.list_count <= max_list_count,
                "the number of lists is out of range");
    walk.skip(sizeof(uint64_t)); // nprobe
    step_part(walk, place);
    walk.expect(walk.inner.d == walk.seen.d && walk.inner.count <= walk.seen.list_count,
                "centroids of another dimension than their lists, or more of them");
    const bool is_mapped = walk.take<uint8_t>() != 0;
    walk.expect(!is_mapped && walk.vector(sizeof(int64_t)) == 0, "a map from labels to places in the lists");
}

void step_early_table(Walk &walk, unsigned) {
    // FAISS's reader decodes all centroids that are counted, of which a skeleton has none yet.
    walk.expect(walk.form == Form::whole || walk.inner.count == 0 || walk.inner.is_computed,
                "centroids that are counted before they are there");
}

namespace {

/// Lists of arrays: how many rows each list has, then the rows.
void walk_arrays(Walk &walk) {
    const auto code_size = walk.take<uint64_t>();
    walk.expect(code_size <= structure::max_code_size, "codes of a size out of range");
    const auto way = walk.take<uint32_t>();
    const uint64_t list_count = walk.seen.list_count;
    const uint64_t number_count = walk.vector(sizeof(uint64_t));
    const uint8_t *const sizes = walk.bytes + walk.place - number_count * sizeof(uint64_t);
    const auto number = [&](uint64_t i) {
        uint64_t value;
        std::memcpy(&value, sizes + i * sizeof value, sizeof value);
        return value;
    };
    uint64_t first, step;
    if (way == faiss::fourcc("full")) {
        walk.expect(number_count == list_count, "sizes of more or fewer lists than there are");
        first = 0, step = 1;
    } else {
        walk.expect(way == faiss::fourcc("sprs") && number_count % 2 == 0,
                    "sizes of lists in a way that is not known");
        for (uint64_t i = 0; i < number_count; i += 2) {
            walk.expect(number(i) < list_count && (i == 0 || number(i) > number(i - 2)), "a size of no list");
        }
        first = 1, step = 2;
    }
    const uint64_t row = code_size + sizeof(int64_t);
    uint64_t row_count = 0;
    for (uint64_t i = first; i < number_count; i += step) {
        walk.expect(number(i) <= walk.left() / row - row_count, "a list of more rows than there are bytes left");
        row_count += number(i);
    }
    walk.expect(walk.form == Form::whole || row_count == 0, "lists that stand in the skeleton");
    walk.skip(row_count * row);
}

void walk_blocks(Walk &walk) {
    walk.skip(3 * sizeof(uint64_t)); // sizes of a code, and of a block in rows and bytes
    walk.expect(walk.seen.list_count <= walk.left() / (2 * sizeof(uint64_t)), "more lists than there are bytes left");
    for (uint64_t i = 0; i < walk.seen.list_count; i++) {
        walk.rows(sizeof(int64_t));
        walk.rows(1);
    }
}

}  // namespace

void step_lists(Walk &walk, unsigned) {
    const auto way = walk.take<uint32_t>();
    walk.expect(way == faiss::fourcc("ilar") || way == faiss::fourcc("ilbl"),
                "inverted lists of a kind that is not read");
    walk.expect(walk.take<uint64_t>() == walk.seen.list_count, "the number of lists does not agree");
    way == faiss::fourcc("ilar") ? walk_arrays(walk) : walk_blocks(walk);
}

void step_hnsw(Walk &walk, unsigned) {
    walk.vector(sizeof(double));  // chances of levels
    walk.vector(sizeof(int32_t)); // links up to each level
    walk.rows(sizeof(int32_t));   // levels
    walk.rows(sizeof(uint64_t));  // offsets
    walk.rows(sizeof(int32_t));   // links
    walk.skip(5 * sizeof(int32_t));
}

void step_nsg(Walk &walk, unsigned) {
    walk.skip(sizeof(int32_t) + 1 + 4 * sizeof(int32_t)); // how it is built
    const auto count = walk.take<int32_t>();
    const auto R = walk.take<int32_t>();
    walk.expect(count >= 0 && R >= 1 && R <= structure::max_links && count <= INT32_MAX / R,
                "the graph's size is out of range");
    walk.skip(4 * sizeof(int32_t)); // how it is searched
    if (!walk.take_flag()) return;
    walk.expect(walk.form == Form::whole, "a graph that stands in the skeleton");
    // As many links as a row has, and an end mark; the reader has no room for one link more than R.
    for (int32_t row = 0; row < count; row++) {
        int32_t link_count = 0;
        while (walk.take<int32_t>() != -1) walk.expect(++link_count <= R, "a row of more links than R");
    }
}

}  // namespace cfaiss::bytes
