#include "fast/fast_search.hpp"
#include "finite_rows.hpp"
#include "guarded.hpp"
#include "selected.hpp"
#include "team.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Whether a graph of ours is at the end of all that wraps it, under an IDMap if its rows are `labelled` and under none
/// if not. Rows that refine are added as a whole, so that they must be soon encoded.
bool takes(const faiss::Index &index, bool labelled) {
    if (!index.is_trained) return false;
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) return labelled && takes(*map->index, false);
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return takes(*outer->index, labelled);
    }
    if (labelled) return false;
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        const faiss::Index *rows = refine->refine_index;
        const bool is_simple = dynamic_cast<const faiss::IndexFlat *>(rows) != nullptr ||
            dynamic_cast<const faiss::IndexScalarQuantizer *>(rows) != nullptr;
        return is_simple && takes(*refine->base_index, false);
    }
    const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index);
    return hnsw != nullptr && hnsw_takes(*hnsw);
}

void add(faiss::Index &index, idx_t n, const float *rows, const idx_t *labels, const Work &work);

/// Makes room for the labels first: once the rows are in, nothing may fail.
void add_mapped(faiss::IndexIDMap &map, idx_t n, const float *rows, const idx_t *labels, const Work &work) {
    const size_t first = map.id_map.size(), count = first + size_t(n);
    if (map.id_map.capacity() < count) map.id_map.reserve(std::max(count, 2 * first));
    std::unordered_map<idx_t, idx_t> positions;
    auto *reversible = dynamic_cast<faiss::IndexIDMap2 *>(&map);
    if (reversible != nullptr) {
        for (idx_t i = 0; i < n; i++) positions[labels[i]] = idx_t(first) + i;
        reversible->rev_map.reserve(reversible->rev_map.size() + positions.size());
    }
    add(*map.index, n, rows, nullptr, work);
    map.id_map.insert(map.id_map.end(), labels, labels + n);
    map.ntotal = map.index->ntotal;
    if (reversible == nullptr) return;
    reversible->rev_map.merge(positions);
    // What is left were labels before, too.
    for (const auto &[label, position] : positions) reversible->rev_map[label] = position;
}

void add_transformed(
    faiss::IndexPreTransform &outer, idx_t n, const float *rows, const idx_t *labels, const Work &work) {
    constexpr idx_t piece_size = 1024;
    const idx_t width = outer.index->d;
    const std::unique_ptr<float[]> transformed(new float[size_t(n) * size_t(width)]);
    Team team(work.thread_count, size_t(n / piece_size + 1));
    std::atomic<idx_t> next = 0;
    team.run([&](int) {
        for (idx_t first = next.fetch_add(piece_size); first < n; first = next.fetch_add(piece_size)) {
            const idx_t count = std::min(piece_size, n - first);
            const float *own = rows + first * outer.d;
            const float *result = outer.apply_chain(count, own);
            const std::unique_ptr<const float[]> owned(result == own ? nullptr : result);
            std::copy_n(result, count * width, transformed.get() + first * width);
        }
    });
    qk_rows view{};
    view.values = transformed.get();
    view.count = uint64_t(n);
    view.dimension = uint32_t(width);
    view.storage = QK_FLOAT32;
    if (first_row_not_finite(view)) throw Failure{CFAISS_DEGENERATE, "a row is infinite behind the transform"};
    add(*outer.index, n, transformed.get(), labels, work);
    outer.ntotal = outer.index->ntotal;
}

/// The rows that refine come first: they can be taken back, the graph's cannot.
void add_refined(faiss::IndexRefine &refine, idx_t n, const float *rows, const Work &work) {
    auto &refining = dynamic_cast<faiss::IndexFlatCodes &>(*refine.refine_index);
    const idx_t first = refining.ntotal;
    try {
        refining.add(n, rows);
        add(*refine.base_index, n, rows, nullptr, work);
    } catch (...) {
        refining.codes.resize(size_t(first) * refining.code_size);
        refining.ntotal = first;
        throw;
    }
    refine.ntotal = refining.ntotal;
}

void add(faiss::Index &index, idx_t n, const float *rows, const idx_t *labels, const Work &work) {
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return add_mapped(*map, n, rows, labels, work);
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        return add_transformed(*outer, n, rows, labels, work);
    }
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) return add_refined(*refine, n, rows, work);
    hnsw_add(dynamic_cast<faiss::IndexHNSW &>(index), n, rows, work);
}

}  // namespace

bool fast_add(faiss::Index &index, idx_t n, const float *rows, const idx_t *labels, const Work &work) {
    if (!takes(index, labels != nullptr)) return false;
    add(index, n, rows, labels, work);
    return true;
}

}  // namespace cfaiss
