#include "index.hpp"

#include "guarded.hpp"

#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlatCodes.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQR.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/invlists/BlockInvertedLists.h>

namespace cfaiss {
namespace {

constexpr int max_dimension = 65536;

void expect(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_MALFORMED, message};
}

void check_codes(const faiss::IndexFlatCodes &index) {
    expect(index.code_size >= 1, "rows have no size");
    expect(index.codes.size() / index.code_size == size_t(index.ntotal) && index.codes.size() % index.code_size == 0,
           "an index holds more or fewer rows than it counts");
}

/// A part of the same shape with `count` rows.
void check_part(const faiss::Index *part, const faiss::Index &whole, int64_t count) {
    expect(part != nullptr, "a part of an index is missing");
    expect(part->d == whole.d && part->ntotal == count, "an index and its part differ in shape");
    expect(part->metric_type == whole.metric_type, "an index and its part differ in metric");
    check_structure(*part);
}

/// `labels` is one more than the greatest allowed.
void check_lists(const faiss::IndexIVF &ivf, int64_t labels) {
    expect(ivf.nlist >= 1 && ivf.nlist <= (size_t(1) << 20), "the number of lists is out of range");
    expect(ivf.nprobe >= 1, "nprobe is 0");
    expect(ivf.quantizer != nullptr && ivf.quantizer->d == ivf.d, "an index and its lists differ in shape");
    check_structure(*ivf.quantizer);
    expect(!ivf.is_trained || ivf.quantizer->ntotal == int64_t(ivf.nlist), "the number of centroids does not agree");
    expect(ivf.direct_map.no(), "a list index with a direct map is not supported");
    expect(ivf.invlists != nullptr && ivf.invlists->nlist == ivf.nlist, "the number of lists does not agree");
    const bool fast = dynamic_cast<const faiss::IndexIVFFastScan *>(&ivf) != nullptr;
    expect(fast ? dynamic_cast<const faiss::BlockInvertedLists *>(ivf.invlists) != nullptr
                : dynamic_cast<const faiss::ArrayInvertedLists *>(ivf.invlists) != nullptr,
           "lists of a kind that is not supported");
    expect(fast || ivf.invlists->code_size == ivf.code_size, "the code size of the lists does not agree");
    if (dynamic_cast<const faiss::IndexIVFFlat *>(&ivf) != nullptr) {
        expect(ivf.code_size == size_t(ivf.d) * sizeof(float), "the code size does not agree with the dimension");
    }
    if (const auto *quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&ivf)) {
        expect(quantized->sq.d == size_t(ivf.d) && quantized->sq.code_size == ivf.code_size,
               "the scalar quantizer has another shape than its index");
    }
    size_t total = 0;
    for (size_t list = 0; list < ivf.nlist; list++) {
        const size_t size = ivf.invlists->list_size(list);
        total += size;
        if (size == 0) continue;
        const faiss::InvertedLists::ScopedIds ids(ivf.invlists, list);
        for (size_t i = 0; i < size; i++) {
            expect(ids[i] >= 0 && ids[i] < labels, "a list holds a label out of range");
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

void check_spreading_graph(const faiss::IndexNSG &index) {
    check_part(index.storage, index, index.ntotal);
    if (index.ntotal == 0) return;
    expect(index.nsg.final_graph != nullptr && index.nsg.final_graph->N == index.ntotal,
           "the graph has more or fewer rows than the index counts");
    expect(index.nsg.enterpoint >= 0 && index.nsg.enterpoint < index.ntotal, "the entry point is out of range");
    const auto &graph = *index.nsg.final_graph;
    for (size_t i = 0; i < size_t(graph.N) * size_t(graph.K); i++) {
        expect(graph.data[i] >= -1 && graph.data[i] < index.ntotal, "a link of the graph is out of range");
    }
}

void check_transforms(const faiss::IndexPreTransform &index) {
    int dimension = index.d;
    for (const faiss::VectorTransform *step : index.chain) {
        expect(step != nullptr && step->d_in == dimension, "a transform takes another dimension");
        expect(step->d_out >= 1 && step->d_out <= max_dimension, "a transform gives a dimension out of range");
        dimension = step->d_out;
        if (const auto *linear = dynamic_cast<const faiss::LinearTransform *>(step)) {
            const size_t size = size_t(linear->d_in) * size_t(linear->d_out);
            expect(!linear->is_trained || linear->A.size() == size, "a transform's matrix has the wrong size");
            expect(!linear->is_trained || !linear->have_bias || linear->b.size() == size_t(linear->d_out),
                   "a transform's bias has the wrong size");
        }
    }
    expect(index.index != nullptr && index.index->d == dimension, "the transforms give another dimension");
    expect(index.index->ntotal == index.ntotal, "an index and its part differ in shape");
    check_structure(*index.index);
}

}  // namespace

void check_structure(const faiss::Index &index) {
    expect(index.d >= 1 && index.d <= max_dimension, "the dimension is out of range");
    expect(index.ntotal >= 0, "the count is out of range");
    describe(index);
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) return check_transforms(*outer);
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) {
        expect(map->id_map.size() == size_t(index.ntotal), "there are more or fewer labels than rows");
        for (int64_t label : map->id_map) expect(label >= 0, "a label is negative");
        return check_part(map->index, index, index.ntotal);
    }
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        check_part(refine->base_index, index, index.ntotal);
        // Hits are found again by their position.
        if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(refine->base_index)) {
            check_lists(*ivf, index.ntotal);
        }
        return check_part(refine->refine_index, index, index.ntotal);
    }
    if (const auto *pqr = dynamic_cast<const faiss::IndexIVFPQR *>(&index)) {
        expect(pqr->refine_codes.size() == size_t(index.ntotal) * pqr->refine_pq.code_size,
               "there are more or fewer second codes than rows");
        return check_lists(*pqr, index.ntotal);
    }
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) return check_lists(*ivf, INT64_MAX);
    if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) return check_hnsw(*hnsw);
    if (const auto *nsg = dynamic_cast<const faiss::IndexNSG *>(&index)) return check_spreading_graph(*nsg);
    if (const auto *flat = dynamic_cast<const faiss::IndexFlat *>(&index)) {
        expect(flat->code_size == size_t(flat->d) * sizeof(float), "a flat index has the wrong row size");
    }
    if (const auto *codes = dynamic_cast<const faiss::IndexFlatCodes *>(&index)) check_codes(*codes);
}

}  // namespace cfaiss
