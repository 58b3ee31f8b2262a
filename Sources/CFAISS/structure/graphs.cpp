#include "structure/structure.hpp"

namespace cfaiss::structure {

void check_hnsw(const faiss::HNSW &graph, int64_t row_count) {
    const size_t count = size_t(row_count);
    const auto &starts = graph.cum_nneighbor_per_level;
    // As `HNSW::set_default_probas` makes them: twice M links on the lowest level, M on each further one.
    expect(!graph.assign_probas.empty() && starts.size() == graph.assign_probas.size() + 1 && starts.size() >= 3 &&
               starts[0] == 0,
           "the graph's levels are incomplete");
    const int M = starts[2] - starts[1];
    expect(M >= 2 && M <= max_links && starts[1] == 2 * M, "the graph's links a row are out of range");
    for (size_t level = 2; level < starts.size(); level++) {
        expect(starts[level] - starts[level - 1] == M, "the graph's levels are not in order");
    }
    expect(graph.efSearch >= 1 && graph.efSearch <= max_ef && graph.upper_beam == 1,
           "the graph's search settings are out of range");
    expect(graph.efConstruction >= 1 && graph.efConstruction <= max_ef,
           "the graph's efConstruction is out of range");
    if (count == 0) {
        expect(graph.levels.empty() && graph.offsets.size() == 1 && graph.offsets[0] == 0 && graph.neighbors.empty(),
               "the graph has more or fewer rows than the index counts");
        expect(graph.entry_point == -1 && graph.max_level == -1, "an empty graph has an entry point");
        return;
    }
    expect(graph.levels.size() == count && graph.offsets.size() == count + 1 && graph.offsets[0] == 0,
           "the graph has more or fewer rows than the index counts");
    for (size_t row = 0; row < count; row++) {
        const int levels = graph.levels[row];
        expect(levels >= 1 && size_t(levels) < starts.size() && levels - 1 <= graph.max_level,
               "a row of the graph is on a level out of range");
        expect(graph.offsets[row + 1] - graph.offsets[row] == size_t(starts[size_t(levels)]),
               "a row of the graph has the wrong number of links");
    }
    expect(graph.neighbors.size() == graph.offsets[count], "the graph has more or fewer links than it counts");
    expect(graph.entry_point >= 0 && size_t(graph.entry_point) < count, "the entry point is out of range");
    expect(graph.levels[size_t(graph.entry_point)] - 1 == graph.max_level,
           "the entry point is not on the highest level");
    // A search on level l follows links of that level only to rows that have one.
    for (size_t row = 0; row < count; row++) {
        for (int level = 0; level < graph.levels[row]; level++) {
            const size_t begin = graph.offsets[row] + size_t(starts[size_t(level)]);
            const size_t end = graph.offsets[row] + size_t(starts[size_t(level) + 1]);
            for (size_t i = begin; i < end; i++) {
                const int neighbor = graph.neighbors[i];
                expect(neighbor >= -1 && neighbor < row_count, "a link of the graph is out of range");
                expect(neighbor == -1 || graph.levels[size_t(neighbor)] > level,
                       "a link of the graph leaves its level");
            }
        }
    }
}

}  // namespace cfaiss::structure
