#include "sketched_flat.hpp"

#include "team.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

#include <algorithm>
#include <atomic>
#include <memory>

namespace cfaiss {

SketchedFlat::SketchedFlat(faiss::IndexFlat &&rows, int thread_count) : faiss::IndexFlat(rows.d, rows.metric_type) {
    metric_arg = rows.metric_arg;
    verbose = rows.verbose;
    codes.swap(rows.codes);
    std::swap(ntotal, rows.ntotal);
    sketch(0, thread_count);
}

void SketchedFlat::add(idx_t n, const float *rows, int thread_count) {
    const size_t first = size_t(ntotal);
    faiss::IndexFlat::add(n, rows);
    sketch(first, thread_count);
}

void SketchedFlat::reset() {
    faiss::IndexFlat::reset();
    truncate(0);
}

void SketchedFlat::truncate(size_t count) {
    ntotal = idx_t(count);
    codes.resize(count * code_size);
    bytes.resize(count * size_t(d));
    scales.resize(count);
}

void SketchedFlat::sketch(size_t first, int thread_count) {
    constexpr size_t chunk = 1024;
    const size_t count = size_t(ntotal), dimension = size_t(d);
    bytes.resize(count * dimension);
    scales.resize(count);
    Team team(int(std::min<size_t>(size_t(thread_count), (count - first) / chunk + 1)));
    std::atomic<size_t> next{first};
    team.run([&](int) {
        for (size_t start = next.fetch_add(chunk); start < count; start = next.fetch_add(chunk)) {
            for (size_t row = start; row < std::min(start + chunk, count); row++) {
                qk_quantize_int8(
                    get_xb() + row * dimension, dimension, bytes.data() + row * dimension, &scales[row]);
            }
        }
    });
}

qk_rows SketchedFlat::exact() const {
    qk_rows rows{};
    rows.values = codes.data();
    rows.count = uint64_t(ntotal);
    rows.dimension = uint32_t(d);
    rows.storage = QK_FLOAT32;
    rows.metric = metric_type == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
    return rows;
}

qk_rows SketchedFlat::sketches() const {
    qk_rows rows = exact();
    rows.values = bytes.data();
    rows.scales = scales.data();
    rows.storage = QK_INT8;
    return rows;
}

void sketch_graphs(faiss::Index &index, int thread_count) {
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return sketch_graphs(*map->index, thread_count);
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) return sketch_graphs(*outer->index, thread_count);
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) return sketch_graphs(*refine->base_index, thread_count);
    auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(&index);
    if (hnsw == nullptr || !hnsw->own_fields || dynamic_cast<SketchedFlat *>(hnsw->storage) != nullptr) return;
    if (hnsw->metric_type != faiss::METRIC_L2 && hnsw->metric_type != faiss::METRIC_INNER_PRODUCT) return;
    auto *flat = dynamic_cast<faiss::IndexFlat *>(hnsw->storage);
    if (flat == nullptr) return;
    const std::unique_ptr<faiss::Index> former(flat);
    hnsw->storage = new SketchedFlat(std::move(*flat), thread_count);
}

}  // namespace cfaiss
