#include "bytes/fields.hpp"

namespace cfaiss::bytes {
namespace {

constexpr Field header{step_header};
constexpr Field bit_header{step_bit_header};
constexpr Field flag{step_flag};
constexpr Field number{step_skip, 4};
constexpr Field size{step_skip, 8};
constexpr Field floats{step_vector, sizeof(float)};
constexpr Field codes{step_rows, 1};
constexpr Field same_shape{step_same_shape};
constexpr Field lists{step_lists};
constexpr Field hnsw{step_hnsw};
constexpr Field nsg{step_nsg};
constexpr Field matrix{step_matrix};
constexpr Field matrix_dimensions{step_matrix_dimensions};
constexpr Field product{step_product};
constexpr Field residual{step_residual};
constexpr Field searched{step_searched};
constexpr Field product_residual{step_product_residual};
constexpr Field product_searched{step_product_searched};

constexpr Field skip(unsigned byte_count) { return {step_skip, byte_count}; }
constexpr Field part(Place place) { return {step_part, place}; }
constexpr Field list_numbers(Place place) { return {step_list_numbers, place}; }

constexpr unsigned anywhere = outermost | labelled | refined | transformed;
constexpr unsigned plain = anywhere | exact;
constexpr unsigned over_lists = centroids | transformed_centroids;

// Block size, sizes of codes and blocks, and what scales norms, of FastScan over additive codes.
constexpr Field blocks = skip(3 * 4 + 6 * 8);
constexpr Field scaled_norms = skip(1 + 4 + 8);
constexpr Field search_settings = skip(4 + 1 + 4);

}  // namespace

// In the order in which FAISS's index_read.cpp has them.
const Kind kinds[] = {
    {"IxF2", plain | graph_floats | over_lists, {header, {step_floats}}},
    {"IxFI", plain | graph_floats | over_lists, {header, {step_floats}}},
    {"IxHe", anywhere, {header, number, flag, flag, floats, number, part(signs_rotation), codes}},
    {"IxPq", plain, {header, product, codes, search_settings}},
    {"IxPq", graph_products, {header, {step_graph_product}, codes, search_settings}},
    {"IxRq", plain, {header, residual, size, codes}},
    {"IxLS", plain, {header, searched, size, codes}},
    {"IxPR", plain, {header, product_residual, size, codes}},
    {"IxPL", plain, {header, product_searched, size, codes}},
    {"ImRQ", centroids, {header, {step_residual_centroids}, number}},
    {"IRfs", anywhere, {header, residual, blocks, scaled_norms, codes}},
    {"ILfs", anywhere, {header, searched, blocks, scaled_norms, codes}},
    {"IPRf", anywhere, {header, product_residual, blocks, scaled_norms, codes}},
    {"IPLf", anywhere, {header, product_searched, blocks, scaled_norms, codes}},
    {"IVRf", anywhere, {header, list_numbers(centroids), residual, flag, blocks, scaled_norms, lists}},
    {"IVLf", anywhere, {header, list_numbers(centroids), searched, flag, blocks, scaled_norms, lists}},
    {"NPRf", anywhere, {header, list_numbers(centroids), product_residual, flag, blocks, scaled_norms, lists}},
    {"NPLf", anywhere, {header, list_numbers(centroids), product_searched, flag, blocks, scaled_norms, lists}},
    {"IwFl", anywhere, {header, list_numbers(centroids), lists}},
    {"IxSQ", plain | graph_scalars | over_lists, {header, {step_scalar}, {step_scalar_codes}}},
    {"IwSq", anywhere, {header, list_numbers(centroids), {step_scalar}, size, flag, lists}},
    {"IwRQ", anywhere, {header, list_numbers(centroids), size, residual, flag, number, lists}},
    {"IwLS", anywhere, {header, list_numbers(centroids), size, searched, flag, number, lists}},
    {"IwPR", anywhere, {header, list_numbers(centroids), size, product_residual, flag, number, lists}},
    {"IwPL", anywhere, {header, list_numbers(centroids), size, product_searched, flag, number, lists}},
    {"IwPQ", anywhere, {header, list_numbers(centroids), flag, size, product, lists}},
    {"IwQR", anywhere, {header, list_numbers(centroids), flag, size, product, lists, {step_refinement}}},
    {"IxPT", outermost | labelled | refined, {header, {step_transforms}, part(transformed), same_shape}},
    {"IxPT", centroids, {header, {step_transforms}, part(transformed_centroids), same_shape}},
    {"Imiq", centroids, {header, {step_product_pairs}}},
    {"IxRF", outermost | labelled, {header, part(refined), part(exact), number}},
    {"IxMp", outermost, {header, part(labelled), {step_labels}}},
    {"IxM2", outermost, {header, part(labelled), {step_labels}}},
    {"IHNf", anywhere | over_lists, {header, hnsw, part(graph_floats), same_shape}},
    {"IHNs", anywhere | over_lists, {header, hnsw, part(graph_scalars), same_shape}},
    {"IHNp", anywhere, {header, hnsw, part(graph_products), same_shape}},
    {"INSf", anywhere, {header, nsg, part(graph_floats), same_shape}},
    {"INSs", anywhere, {header, nsg, part(graph_scalars), same_shape}},
    {"INSp", anywhere, {header, nsg, part(graph_products), same_shape}},
    {"IPfs", anywhere, {header, product, skip(3 * 4 + 2 * 8), codes}},
    {"IwPf", anywhere,
     {header, list_numbers(centroids), {step_early_table}, flag, size, number, size, number, size, product, lists}},

    {"rrot", chain | signs_rotation, {matrix, matrix_dimensions}},
    {"Pcam", chain, {number, number, flag, number, floats, floats, floats, matrix, matrix_dimensions}},
    {"LTra", chain | itq_whole, {matrix, matrix_dimensions}},
    {"Viqm", itq_rotation, {number, number, matrix, matrix_dimensions}},
    {"Viqt", chain, {floats, flag, part(itq_rotation), part(itq_whole), {step_itq_dimensions}}},
    {"RmDT", chain, {{step_map}}},
    {"VNrm", chain, {number, {step_same_dimensions}}},

    {"IBxF", bits | bit_rows | bit_centroids, {bit_header, {step_bits}}},
    {"IBxF", hashed_rows, {bit_header, {step_hashed_bits}}},
    {"IBwF", bits, {bit_header, list_numbers(bit_centroids), lists}},
    {"IBHf", bits | bit_centroids, {bit_header, hnsw, part(bit_rows), same_shape}},
    {"IBHh", bits, {bit_header, {step_hash}}},
    {"IBHm", bits, {bit_header, part(hashed_rows), {step_hashes}}},
    {},
};

void walk_kind(Walk &walk, Place place) {
    const size_t start = walk.place;
    const auto name = walk.take<uint32_t>();
    const Kind *kind = kinds;
    const auto is_other = [&] {
        return (kind->places & place) == 0 || std::memcmp(kind->name, &name, sizeof name) != 0;
    };
    while (kind->places != 0 && is_other()) kind++;
    if (kind->places == 0) {
        walk.place = start;
        walk.fail("a kind of index or transform that is not read here");
    }
    walk.name = kind->name;
    walk.seen = {};
    for (const Field &field : kind->fields) {
        if (field.step == nullptr) break;
        field.step(walk, field.argument);
    }
}

namespace {

void check(const uint8_t *bytes, size_t byte_count, Form form, Place place) {
    Walk walk{bytes, byte_count, form};
    walk_kind(walk, place);
    walk.name = nullptr;
    walk.expect(walk.left() == 0, "bytes are left after the index");
}

}  // namespace

void check_index(const uint8_t *bytes, size_t byte_count, Form form) {
    check(bytes, byte_count, form, outermost);
}

void check_binary_index(const uint8_t *bytes, size_t byte_count, Form form) {
    check(bytes, byte_count, form, bits);
}

}  // namespace cfaiss::bytes
