#include "transform.hpp"

#include "computing.hpp"
#include "index.hpp"
#include "opq_training.hpp"

#include <faiss/index_factory.h>

#include <cstring>

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
        auto result = std::make_unique<cfaiss_transform>();
        index.release();
        result->index.reset(outer);
        *out = result.release();
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

cfaiss_status cfaiss_transform_factory(const cfaiss_transform *transform, char *out, size_t capacity) {
    return cfaiss::guarded([&] {
        cfaiss::require(transform != nullptr && out != nullptr, "a pointer is missing");
        const std::string text = cfaiss::factory_text(*transform->index);
        cfaiss::require(text.size() < capacity, "the factory string is longer than its room");
        std::memcpy(out, text.c_str(), text.size() + 1);
    });
}

cfaiss_status cfaiss_transform_train(
    cfaiss_transform *transform, int64_t n, const float *rows, int thread_count) {
    return cfaiss::computing([&] {
        cfaiss::require(transform != nullptr && rows != nullptr && n >= 1, "there are no rows");
        cfaiss::Team team(thread_count, size_t(n) / cfaiss::CentroidIndex::least_piece_size + 1);
        const cfaiss::QuietOPQ quiet(transform->index->chain, n, team);
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
