#include "index.hpp"

#include "guarded.hpp"

namespace cfaiss {
namespace {

constexpr int max_dimension = 65536;

void expect(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_MALFORMED, message};
}

void check_flat(const faiss::IndexFlat &flat) {
    expect(flat.code_size == size_t(flat.d) * sizeof(float), "a flat index has the wrong row size");
    expect(flat.codes.size() / flat.code_size == size_t(flat.ntotal) && flat.codes.size() % flat.code_size == 0,
           "a flat index holds more or fewer rows than it counts");
}

/// The part that IVF and HNSW lean on: a flat index of the same shape with `count` rows.
void check_part(const faiss::Index *part, const faiss::Index &whole, int64_t count) {
    const auto *flat = dynamic_cast<const faiss::IndexFlat *>(part);
    expect(flat != nullptr, "an index leans on a part of a kind that is not supported");
    expect(flat->d == whole.d && flat->ntotal == count, "an index and its part differ in shape");
    expect(flat->metric_type == whole.metric_type, "an index and its part differ in metric");
    check_flat(*flat);
}

void check_ivf(const faiss::IndexIVF &ivf) {
    expect(ivf.nlist >= 1 && ivf.nlist <= (size_t(1) << 20), "the number of lists is out of range");
    expect(ivf.nprobe >= 1, "nprobe is 0");
    check_part(ivf.quantizer, ivf, ivf.is_trained ? int64_t(ivf.nlist) : ivf.quantizer->ntotal);
    expect(ivf.direct_map.no(), "a list index with a direct map is not supported");
    expect(dynamic_cast<const faiss::ArrayInvertedLists *>(ivf.invlists) != nullptr,
           "lists of a kind that is not supported");
    expect(ivf.invlists->nlist == ivf.nlist, "the number of lists does not agree");
    expect(ivf.invlists->code_size == ivf.code_size, "the code size of the lists does not agree");
    size_t row_size = size_t(ivf.d) * sizeof(float);
    if (const auto *quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&ivf)) {
        row_size = size_t(ivf.d);
        expect(quantized->sq.d == size_t(ivf.d) && quantized->sq.code_size == row_size,
               "the scalar quantizer has another shape than its index");
        expect(!ivf.is_trained || quantized->sq.trained.size() == 2 * size_t(ivf.d),
               "the scalar quantizer's ranges are incomplete");
    }
    expect(ivf.code_size == row_size, "the code size does not agree with the dimension");
    size_t total = 0;
    for (size_t list = 0; list < ivf.nlist; list++) {
        const size_t size = ivf.invlists->list_size(list);
        total += size;
        if (size == 0) continue;
        const faiss::InvertedLists::ScopedIds ids(ivf.invlists, list);
        for (size_t i = 0; i < size; i++) {
            expect(ids[i] >= 0 && ids[i] < ivf.ntotal, "a list holds a label out of range");
        }
    }
    expect(total == size_t(ivf.ntotal), "the lists hold more or fewer rows than the index counts");
}

void check_hnsw(const faiss::IndexHNSW &index) {
    const faiss::HNSW &graph = index.hnsw;
    const size_t count = size_t(index.ntotal);
    check_part(index.storage, index, index.ntotal);
    const auto &starts = graph.cum_nneighbor_per_level;
    expect(starts.size() >= 3 && starts[0] == 0, "the graph's levels are incomplete");
    for (size_t level = 1; level < starts.size(); level++) {
        expect(starts[level] >= starts[level - 1], "the graph's levels are not in order");
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
    expect(graph.efSearch >= 1 && graph.upper_beam == 1, "the graph's search settings are out of range");
    if (count == 0) {
        expect(graph.entry_point == -1, "an empty graph has an entry point");
        return;
    }
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
                expect(neighbor >= -1 && neighbor < index.ntotal, "a link of the graph is out of range");
                expect(neighbor == -1 || graph.levels[size_t(neighbor)] > level,
                       "a link of the graph leaves its level");
            }
        }
    }
}

}  // namespace

void check_structure(const faiss::Index &index) {
    expect(index.d >= 1 && index.d <= max_dimension, "the dimension is out of range");
    expect(index.ntotal >= 0, "the count is out of range");
    expect(index.metric_type == faiss::METRIC_L2 || index.metric_type == faiss::METRIC_INNER_PRODUCT,
           "the metric is not supported");
    describe(index);
    if (const auto *flat = dynamic_cast<const faiss::IndexFlat *>(&index)) check_flat(*flat);
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) check_ivf(*ivf);
    if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) check_hnsw(*hnsw);
}

}  // namespace cfaiss
