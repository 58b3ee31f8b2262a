#include "fast/fast_search.hpp"

#include "fast/half_rows.hpp"
#include "fast/sq_codes.hpp"
#include "graph_builder.hpp"
#include "sketched_flat.hpp"
#include "team.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

namespace cfaiss {
namespace {

/// The seed of the order of insertion, fixed as FAISS's is.
constexpr uint32_t order_seed = 789;

/// Rows of bytes, each decoded to be compared with others.
class ByteRows final : public BuildDistances {
public:
    explicit ByteRows(const faiss::IndexScalarQuantizer &storage)
        : storage(storage), codes(storage.sq, storage.metric_type), decoded(size_t(storage.d)) {}

    void set_row(uint32_t row) override {
        qk_sq8_decode(&codes.decoder(), storage.codes.data() + size_t(row) * storage.code_size, decoded.data());
        query = codes.prepare(decoded.data());
    }

    qk_walk_distances source() const override {
        return {distances, this, storage.codes.data(), storage.code_size};
    }

private:
    static void distances(const void *context, const uint32_t *numbers, size_t n, float *out) {
        const auto &self = *static_cast<const ByteRows *>(context);
        qk_sq8_distances(&self.query, self.storage.codes.data(), numbers, n, out);
    }

    const faiss::IndexScalarQuantizer &storage;
    SQCodes codes;
    std::vector<float> decoded;
    qk_sq8_query query{};
};

/// Encodes on several threads what FAISS would on one.
void encode(faiss::IndexScalarQuantizer &storage, size_t n, const float *rows, int thread_count) {
    constexpr size_t chunk = 1024;
    const size_t first = size_t(storage.ntotal);
    storage.codes.resize((first + n) * storage.code_size);
    Team team(int(std::min<size_t>(size_t(thread_count), n / chunk + 1)));
    std::atomic<size_t> next{0};
    team.run([&](int) {
        for (size_t start = next.fetch_add(chunk); start < n; start = next.fetch_add(chunk)) {
            storage.sq.compute_codes(
                rows + start * size_t(storage.d), storage.codes.data() + (first + start) * storage.code_size,
                std::min(chunk, n - start));
        }
    });
    storage.ntotal += int64_t(n);
}

/// Distances between the rows of `storage`.
BuildDistancesMaker distances_between(const faiss::IndexScalarQuantizer &storage) {
    if (const auto halves = half_rows(storage)) return cfaiss::distances_between(*halves);
    return [&storage] { return std::make_unique<ByteRows>(storage); };
}

}  // namespace

bool hnsw_takes(const faiss::IndexHNSW &index) {
    if (index.metric_type != faiss::METRIC_L2 && index.metric_type != faiss::METRIC_INNER_PRODUCT) return false;
    if (!links_of(index.hnsw) || index.hnsw.levels.size() != size_t(index.ntotal)) return false;
    if (dynamic_cast<const SketchedFlat *>(index.storage) != nullptr) return true;
    // It gets sketches with its next rows.
    if (dynamic_cast<const faiss::IndexFlat *>(index.storage) != nullptr) return index.own_fields;
    const auto *quantized = dynamic_cast<const faiss::IndexScalarQuantizer *>(index.storage);
    return quantized != nullptr && (half_rows(*quantized) || SQCodes::can_read(quantized->sq, index.metric_type));
}

void hnsw_add(faiss::IndexHNSW &index, faiss::Index::idx_t n, const float *rows, const Work &work) {
    sketch_graphs(index, work.thread_count);
    auto *flat = dynamic_cast<SketchedFlat *>(index.storage);
    auto *quantized = dynamic_cast<faiss::IndexScalarQuantizer *>(index.storage);
    const size_t first = size_t(index.ntotal);
    try {
        if (flat != nullptr) {
            flat->add(n, rows, work.thread_count);
        } else {
            encode(*quantized, size_t(n), rows, work.thread_count);
        }
        const BuildDistancesMaker maker = flat == nullptr ? distances_between(*quantized)
            : flat->is_sketched() ? distances_between(*flat) : distances_between(flat->exact());
        link_rows(index.hnsw, first, first + size_t(n), order_seed, maker, work);
    } catch (...) {
        if (flat != nullptr) {
            flat->truncate(first);
        } else {
            quantized->codes.resize(first * quantized->code_size);
            quantized->ntotal = int64_t(first);
        }
        throw;
    }
    index.ntotal = index.storage->ntotal;
}

}  // namespace cfaiss
