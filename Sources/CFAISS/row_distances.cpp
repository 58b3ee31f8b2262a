#include "row_distances.hpp"

#include "guarded.hpp"

#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlatCodes.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexLSH.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/utils/distances.h>

#include <vector>

namespace cfaiss {
namespace {

/// FAISS's own.
struct Computed final : RowDistances {
    explicit Computed(faiss::DistanceComputer *computer) : computer(computer) {}
    void set_query(const float *query) override { computer->set_query(query); }
    float operator()(faiss::Index::idx_t position) override { return (*computer)(position); }
    const std::unique_ptr<faiss::DistanceComputer> computer;
};

/// Of rows that are decoded first.
struct Decoded final : RowDistances {
    explicit Decoded(const faiss::Index &index) : index(index), row(size_t(index.d)) {}
    void set_query(const float *given) override { query = given; }
    float operator()(faiss::Index::idx_t position) override {
        index.reconstruct(position, row.data());
        return compare(query, row.data(), index.d, index.metric_type == faiss::METRIC_INNER_PRODUCT);
    }
    const faiss::Index &index;
    std::vector<float> row;
    const float *query = nullptr;
};

/// Hamming distances of codes.
struct Signs final : RowDistances {
    explicit Signs(const faiss::IndexLSH &index) : index(index), code(index.code_size) {}
    void set_query(const float *query) override { index.sa_encode(1, query, code.data()); }
    float operator()(faiss::Index::idx_t position) override {
        const uint8_t *row = index.codes.data() + size_t(position) * index.code_size;
        int different = 0;
        for (size_t i = 0; i < index.code_size; i++) different += __builtin_popcount(unsigned(row[i] ^ code[i]));
        return float(different);
    }
    const faiss::IndexLSH &index;
    std::vector<uint8_t> code;
};

struct Transformed final : RowDistances {
    explicit Transformed(const faiss::IndexPreTransform &index) : index(index), inner(row_distances(*index.index)) {}
    void set_query(const float *query) override {
        transformed.resize(size_t(index.index->d));
        const float *result = index.apply_chain(1, query);
        std::copy(result, result + index.index->d, transformed.begin());
        if (result != query) delete[] result;
        inner->set_query(transformed.data());
    }
    float operator()(faiss::Index::idx_t position) override { return (*inner)(position); }
    const faiss::IndexPreTransform &index;
    const std::unique_ptr<RowDistances> inner;
    std::vector<float> transformed;
};

}  // namespace

float compare(const float *left, const float *right, int dimension, bool inner_product) {
    return inner_product ? faiss::fvec_inner_product(left, right, size_t(dimension))
                         : faiss::fvec_L2sqr(left, right, size_t(dimension));
}

std::unique_ptr<RowDistances> row_distances(const faiss::Index &index) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return std::make_unique<Transformed>(*outer);
    }
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) return row_distances(*refine->refine_index);
    if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) return row_distances(*hnsw->storage);
    if (const auto *nsg = dynamic_cast<const faiss::IndexNSG *>(&index)) return row_distances(*nsg->storage);
    if (const auto *lsh = dynamic_cast<const faiss::IndexLSH *>(&index)) return std::make_unique<Signs>(*lsh);
    if (dynamic_cast<const faiss::IndexFastScan *>(&index) != nullptr) return std::make_unique<Decoded>(index);
    if (dynamic_cast<const faiss::IndexFlatCodes *>(&index) != nullptr) {
        return std::make_unique<Computed>(index.get_distance_computer());
    }
    throw Failure{CFAISS_UNSUPPORTED, "rows of this kind of index cannot be compared one by one"};
}

}  // namespace cfaiss
