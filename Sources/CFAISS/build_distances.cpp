#include "graph_builder.hpp"

#include "sketched_flat.hpp"

#include <algorithm>
#include <vector>

namespace cfaiss {
namespace {

/// A row that is not float32 is decoded to be compared with others.
class StoredRows : public BuildDistances {
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

protected:
    const qk_rows rows;
    std::vector<float> decoded;
    qk_rows_query query;
};

class SketchedRows final : public StoredRows {
public:
    explicit SketchedRows(const SketchedFlat &rows)
        : StoredRows(rows.exact()), flat(rows), sketches(rows.sketches()), moved(size_t(rows.d)) {}

    void set_row(uint32_t row) override {
        StoredRows::set_row(row);
        walk_query = {&sketches, flat.sketch_query(query.query, moved.data()), 1};
    }

    qk_walk_distances walk_source() const override { return qk_walk_distances_of_rows(&walk_query); }

    void refine(qk_walk_scratch *scratch) const override {
        compare_again(rows, query.query, query.query_norm, scratch->pool_count, scratch);
    }

private:
    const SketchedFlat &flat;
    const qk_rows sketches;
    std::vector<float> moved;
    qk_rows_query walk_query{&sketches, nullptr, 1};
};

}  // namespace

BuildDistancesMaker distances_between(const qk_rows &rows) {
    return [rows] { return std::make_unique<StoredRows>(rows); };
}

BuildDistancesMaker distances_between(const SketchedFlat &rows) {
    return [&rows] { return std::make_unique<SketchedRows>(rows); };
}

void compare_again(const qk_rows &rows, const float *query, float query_norm, size_t count, qk_walk_scratch *scratch) {
    constexpr size_t block = 64;
    uint32_t numbers[block];
    float distances[block];
    scratch->pool_count = std::min(scratch->pool_count, count);
    for (size_t start = 0; start < scratch->pool_count; start += block) {
        qk_candidate *pool = scratch->pool + start;
        const size_t size = std::min(block, scratch->pool_count - start);
        for (size_t i = 0; i < size; i++) numbers[i] = qk_candidate_row(pool[i]);
        qk_distances(&rows, query, query_norm, numbers, size, distances);
        for (size_t i = 0; i < size; i++) pool[i] = qk_candidate_of(distances[i], numbers[i]);
    }
    std::sort(scratch->pool, scratch->pool + scratch->pool_count);
}

}  // namespace cfaiss
