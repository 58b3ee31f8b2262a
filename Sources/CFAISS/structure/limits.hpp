#pragma once

#include <cstddef>
#include <cstdint>

namespace cfaiss::structure {

// What Limits.swift lets factory strings say, and what no index that can be stored has more of.

inline constexpr int max_dimension = 65536;
inline constexpr int64_t max_count = int64_t(1) << 40;
inline constexpr size_t max_code_size = size_t(1) << 20;
inline constexpr size_t max_list_count = size_t(1) << 20;
inline constexpr int max_links = 512;
inline constexpr int min_spreading_links = 16;
inline constexpr int max_ef = 65536;
/// What is learned from rows that hold no number beyond 1e15: sums, ranges and rotations of those, and squares where
/// rows are kept to 1e6.
inline constexpr float max_learned = 1e18f;
/// The inverse of how far rows spread that are hardly any.
inline constexpr float max_factor = 1e20f;
inline constexpr float max_k_factor = 1e6f;
inline constexpr int max_transform_count = 4;
/// Of a product quantiser under a graph.
inline constexpr size_t max_graph_parts = 1024;
/// Of each half of a multi-index.
inline constexpr size_t max_pair_bits = 10;
/// Of centroids that are numbered by their codes.
inline constexpr size_t max_centroid_bits = 20;
inline constexpr size_t max_additive_steps = 64;
inline constexpr size_t max_additive_bits = 10;
inline constexpr size_t max_additive_centroids = 16384;
/// FAISS takes 5.
inline constexpr int max_beam_size = 256;
/// FAISS takes 4: the candidates for a list that a search through residual centroids keeps.
inline constexpr float max_beam_factor = 1024;
/// FAISS takes R + 100 candidates for the links of a spreading graph's row, and 64 neighbours of each to begin with.
inline constexpr int max_spreading_candidates = 4096;
/// The rows of a block that Debian's FAISS searches.
inline constexpr int block_rows = 32;

}  // namespace cfaiss::structure
