#include "cfaiss_transform.h"

#include "computing.hpp"
#include "opq_training.hpp"

#include <faiss/IndexPreTransform.h>
#include <faiss/index_factory.h>

#include <memory>
#include <string>

/// FAISS makes transforms only as parts of indexes; this is one around an empty index that is never used.
struct cfaiss_transform {
    std::unique_ptr<faiss::IndexPreTransform> index;
    faiss::VectorTransform &step() const { return *index->chain[0]; }
};

namespace {

bool is_reversible(const faiss::VectorTransform &step) {
    if (dynamic_cast<const faiss::ITQTransform *>(&step) != nullptr) return false;
    const auto *pca = dynamic_cast<const faiss::PCAMatrix *>(&step);
    return pca == nullptr || pca->eigen_power == 0;
}

}  // namespace

cfaiss_status cfaiss_transform_create(int dimension, const char *factory, cfaiss_transform **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(factory != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::require(dimension >= 1 && dimension <= 65536, "the dimension is out of range");
        const std::string text = std::string(factory) + ",Flat";
        std::unique_ptr<faiss::Index> index(faiss::index_factory(dimension, text.c_str()));
        auto *outer = dynamic_cast<faiss::IndexPreTransform *>(index.get());
        cfaiss::require(outer != nullptr && outer->chain.size() == 1, "not one transform");
        index.release();
        *out = new cfaiss_transform{std::unique_ptr<faiss::IndexPreTransform>(outer)};
    });
}

void cfaiss_transform_destroy(cfaiss_transform *transform) {
    delete transform;
}

cfaiss_status cfaiss_transform_describe(const cfaiss_transform *transform, cfaiss_transform_info *out) {
    return cfaiss::guarded([&] {
        cfaiss::require(transform != nullptr && out != nullptr, "a pointer is missing");
        const faiss::VectorTransform &step = transform->step();
        *out = {step.d_in, step.d_out, step.is_trained, is_reversible(step)};
    });
}

cfaiss_status cfaiss_transform_train(cfaiss_transform *transform, int64_t n, const float *rows) {
    return cfaiss::computing([&] {
        cfaiss::require(transform != nullptr && rows != nullptr && n >= 1, "there are no rows");
        const cfaiss::QuietOPQ quiet(transform->index->chain, n);
        transform->step().train(n, rows);
        cfaiss::check_learned(transform->step());
    });
}

cfaiss_status cfaiss_transform_apply(
    const cfaiss_transform *transform, int64_t n, const float *rows, float *transformed) {
    return cfaiss::computing([&] {
        cfaiss::require(transform != nullptr && n >= 0, "the number of rows is negative");
        if (n == 0) return;
        cfaiss::require(rows != nullptr && transformed != nullptr, "a pointer is missing");
        cfaiss::require(transform->step().is_trained, "the transform is not trained");
        transform->step().apply_noalloc(n, rows, transformed);
    });
}

cfaiss_status cfaiss_transform_reverse(
    const cfaiss_transform *transform, int64_t n, const float *transformed, float *rows) {
    return cfaiss::computing([&] {
        cfaiss::require(transform != nullptr && n >= 0, "the number of rows is negative");
        if (n == 0) return;
        cfaiss::require(rows != nullptr && transformed != nullptr, "a pointer is missing");
        cfaiss::require(transform->step().is_trained, "the transform is not trained");
        if (!is_reversible(transform->step())) throw cfaiss::Failure{CFAISS_UNSUPPORTED, "undoing this transform"};
        transform->step().reverse_transform(n, transformed, rows);
    });
}
