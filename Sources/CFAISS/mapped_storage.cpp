#include "mapped_storage.hpp"

#include <faiss/impl/FaissAssert.h>

namespace cfaiss {
namespace {

struct RowDistances final : faiss::DistanceComputer {
    explicit RowDistances(const qk_rows &rows) : rows(rows) {}

    void set_query(const float *x) override {
        query = x;
        if (rows.metric == QK_COSINE) query_norm = qk_norm(x, rows.dimension);
    }

    float operator()(idx_t row) override {
        return qk_distance(&rows, query, query_norm, uint64_t(row));
    }

    float symmetric_dis(idx_t a, idx_t b) override {
        return qk_row_distance(&rows, uint64_t(a), uint64_t(b));
    }

    const qk_rows rows;
    const float *query = nullptr;
    float query_norm = 1;
};

}  // namespace

MappedStorage::MappedStorage(const qk_rows &rows)
    : faiss::Index(rows.dimension, faiss::METRIC_L2), rows(rows) {}

faiss::DistanceComputer *MappedStorage::get_distance_computer() const {
    return new RowDistances(rows);
}

void MappedStorage::reconstruct(idx_t row, float *out) const {
    FAISS_THROW_IF_NOT(row >= 0 && uint64_t(row) < rows.count);
    qk_decode_row(&rows, uint64_t(row), out);
}

const float *MappedStorage::row(idx_t row, float *scratch) const {
    if (rows.storage == QK_FLOAT32) {
        return static_cast<const float *>(rows.values) + uint64_t(row) * rows.dimension;
    }
    qk_decode_row(&rows, uint64_t(row), scratch);
    return scratch;
}

void MappedStorage::search(
    idx_t, const float *, idx_t, float *, idx_t *, const faiss::SearchParameters *) const {
    FAISS_THROW_MSG("mapped rows are not searched through FAISS");
}

}  // namespace cfaiss
