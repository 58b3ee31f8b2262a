#include "sketched_flat.hpp"

#include "sketch_check.hpp"
#include "team.hpp"
#include "wrapped.hpp"

#include <faiss/IndexHNSW.h>

#include <algorithm>
#include <atomic>
#include <memory>

namespace cfaiss {
namespace {

/// The mean of `count` rows, or of some of them that are spread over all.
std::vector<float> mean_row(const float *rows, size_t count, size_t dimension) {
    constexpr size_t most = 65'536;
    std::vector<double> sums(dimension);
    const size_t used = std::min(count, most);
    for (size_t i = 0; i < used; i++) {
        const float *row = rows + i * count / used * dimension;
        for (size_t j = 0; j < dimension; j++) sums[j] += double(row[j]);
    }
    std::vector<float> mean(dimension);
    for (size_t j = 0; j < dimension && used > 0; j++) mean[j] = float(sums[j] / double(used));
    return mean;
}

}  // namespace

SketchedFlat::SketchedFlat(faiss::IndexFlat &&rows, int thread_count) : faiss::IndexFlat(rows.d, rows.metric_type) {
    metric_arg = rows.metric_arg;
    verbose = rows.verbose;
    codes.swap(rows.codes);
    std::swap(ntotal, rows.ntotal);
    sketch_anew(thread_count);
}

void SketchedFlat::add(idx_t n, const float *rows, int thread_count) {
    const size_t first = size_t(ntotal);
    faiss::IndexFlat::add(n, rows);
    const size_t count = size_t(ntotal);
    if (count >= 2 * settled) return sketch_anew(thread_count);
    if (!is_sketched()) return;
    sketch(first, thread_count);
    // Later rows may be others than those that the origin is the mean of.
    if (count - tried < std::max<size_t>(64, tried / 16)) return;
    if (!are_faithful(tried, thread_count)) return sketch_anew(thread_count);
    tried = count;
}

void SketchedFlat::reset() {
    faiss::IndexFlat::reset();
    sketch_anew();
}

void SketchedFlat::truncate(size_t count) {
    ntotal = idx_t(count);
    codes.resize(count * code_size);
    settled = std::min(settled, count);
    tried = std::min(tried, count);
    if (!is_sketched()) return;
    bytes.resize(count * size_t(d));
    scales.resize(count);
}

void SketchedFlat::sketch_anew(int thread_count) {
    settled = tried = size_t(ntotal);
    origin = mean_row(get_xb(), settled, size_t(d));
    sketch(0, thread_count);
    if (are_faithful(0, thread_count)) return;
    bytes = {};
    scales = {};
}

bool SketchedFlat::are_faithful(size_t first, int thread_count) const {
    return are_sketches_faithful(exact(), sketches(), origin.data(), first, thread_count);
}

void SketchedFlat::sketch(size_t first, int thread_count) {
    constexpr size_t chunk = 1024;
    const size_t count = size_t(ntotal), dimension = size_t(d);
    bytes.resize(count * dimension);
    scales.resize(count);
    Team team(thread_count, (count - first) / chunk + 1);
    std::atomic<size_t> next{first};
    team.run([&](int) {
        std::vector<float> moved(dimension);
        for (size_t start = next.fetch_add(chunk); start < count; start = next.fetch_add(chunk)) {
            for (size_t row = start; row < std::min(start + chunk, count); row++) {
                const float *numbers = get_xb() + row * dimension;
                for (size_t i = 0; i < dimension; i++) moved[i] = numbers[i] - origin[i];
                qk_quantize_int8(moved.data(), dimension, bytes.data() + row * dimension, &scales[row]);
            }
        }
    });
}

const float *SketchedFlat::sketch_query(const float *query, float *room) const {
    if (metric_type != faiss::METRIC_L2) return query;
    for (size_t i = 0; i < size_t(d); i++) room[i] = query[i] - origin[i];
    return room;
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
    auto *hnsw = part_of<faiss::IndexHNSW>(index);
    if (hnsw == nullptr || !hnsw->own_fields || dynamic_cast<SketchedFlat *>(hnsw->storage) != nullptr) return;
    if (hnsw->metric_type != faiss::METRIC_L2 && hnsw->metric_type != faiss::METRIC_INNER_PRODUCT) return;
    auto *flat = dynamic_cast<faiss::IndexFlat *>(hnsw->storage);
    if (flat == nullptr) return;
    const std::unique_ptr<faiss::Index> former(flat);
    hnsw->storage = new SketchedFlat(std::move(*flat), thread_count);
}

}  // namespace cfaiss
