#pragma once

#include "bytes/walk.hpp"

namespace cfaiss::bytes {

// The fields of which FAISS's format is put together, each with what its reader does with them in mind.

inline void step_skip(Walk &walk, unsigned byte_count) { walk.skip(byte_count); }
inline void step_flag(Walk &walk, unsigned) { walk.take_flag(); }
inline void step_vector(Walk &walk, unsigned element_size) { walk.vector(element_size); }
inline void step_rows(Walk &walk, unsigned element_size) { walk.rows(element_size); }
inline void step_labels(Walk &walk, unsigned) { walk.counted_rows(sizeof(int64_t), 1); }
inline void step_floats(Walk &walk, unsigned) { walk.counted_rows(sizeof(float), walk.seen.d); }
inline void step_bits(Walk &walk, unsigned) { walk.counted_rows(1, walk.seen.d / 8); }

void step_header(Walk &, unsigned);
void step_bit_header(Walk &, unsigned);
void step_part(Walk &, unsigned place);
void step_same_shape(Walk &, unsigned);
void step_list_numbers(Walk &, unsigned place);
void step_early_table(Walk &, unsigned);
void step_lists(Walk &, unsigned);
void step_hnsw(Walk &, unsigned);
void step_nsg(Walk &, unsigned);

void step_transforms(Walk &, unsigned);
void step_matrix(Walk &, unsigned);
void step_matrix_dimensions(Walk &, unsigned);
void step_itq_dimensions(Walk &, unsigned);
void step_same_dimensions(Walk &, unsigned);
void step_map(Walk &, unsigned);

void step_scalar(Walk &, unsigned);
void step_scalar_codes(Walk &, unsigned);
void step_product(Walk &, unsigned);
void step_graph_product(Walk &, unsigned);
void step_product_pairs(Walk &, unsigned);
void step_refinement(Walk &, unsigned);

void step_residual(Walk &, unsigned);
void step_residual_centroids(Walk &, unsigned);
void step_searched(Walk &, unsigned);
void step_product_residual(Walk &, unsigned);
void step_product_searched(Walk &, unsigned);

void step_hashed_bits(Walk &, unsigned);
void step_hash(Walk &, unsigned);
void step_hashes(Walk &, unsigned);

}  // namespace cfaiss::bytes
