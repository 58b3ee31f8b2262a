#include "graph_builder.hpp"

#include <vector>

namespace cfaiss {
namespace {

/// A row that is not float32 is decoded to be compared with others.
class StoredRows final : public BuildDistances {
public:
    explicit StoredRows(const qk_rows &rows)
        : rows(rows), decoded(rows.storage == QK_FLOAT32 ? 0 : rows.dimension),
          query{&this->rows, nullptr, 1} {}

    void set_row(uint32_t row) override {
        if (rows.storage == QK_FLOAT32) {
            query.query = static_cast<const float *>(rows.values) + size_t(row) * rows.dimension;
        } else {
            qk_decode_row(&rows, row, decoded.data());
            query.query = decoded.data();
        }
        if (rows.metric == QK_COSINE) query.query_norm = rows.norms[row];
    }

    qk_walk_distances source() const override { return qk_walk_distances_of_rows(&query); }

private:
    const qk_rows rows;
    std::vector<float> decoded;
    qk_rows_query query;
};

}  // namespace

BuildDistancesMaker distances_between(const qk_rows &rows) {
    return [rows] { return std::make_unique<StoredRows>(rows); };
}

}  // namespace cfaiss
