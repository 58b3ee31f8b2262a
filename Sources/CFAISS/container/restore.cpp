#include "container/restore.hpp"

#include "guarded.hpp"

#include <faiss/IndexAdditiveQuantizer.h>
#include <faiss/IndexBinaryIVF.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/VectorTransform.h>

#include <deque>
#include <memory>
#include <typeinfo>

namespace cfaiss {
namespace {

/// Iterations over the lists' centroids, of which FAISS's constructors take fewer than k-means by itself does.
constexpr int list_iteration_count = 10;

/// The parts of each `OPQ` in a factory string. They stand there in the order in which `Restorer` meets their transforms:
/// those around an IVF before those of its quantizer.
std::deque<int> parts_of_rotations(const std::string &factory) {
    const std::string name = "OPQ";
    std::deque<int> parts;
    for (size_t place = factory.find(name); place != std::string::npos; place = factory.find(name, place)) {
        place += name.size();
        int number = 0;
        for (; place < factory.size() && factory[place] >= '0' && factory[place] <= '9' && number < 100000; place++) {
            number = number * 10 + (factory[place] - '0');
        }
        parts.push_back(number);
    }
    return parts;
}

class Restorer {
public:
    explicit Restorer(const std::string &factory) : parts(parts_of_rotations(factory)), knows_parts(!factory.empty()) {}

    void restore(faiss::Index &index) {
        if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return restore(*map->index);
        if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) return restore(*refine->base_index);
        if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
            for (faiss::VectorTransform *&step : outer->chain) restore(step);
            return restore(*outer->index);
        }
        auto *ivf = dynamic_cast<faiss::IndexIVF *>(&index);
        if (ivf == nullptr) return;
        ivf->cp.niter = list_iteration_count;
        ivf->cp.spherical = ivf->metric_type == faiss::METRIC_INNER_PRODUCT;
        const bool learns_by_itself = dynamic_cast<const faiss::MultiIndexQuantizer *>(ivf->quantizer) != nullptr ||
            dynamic_cast<const faiss::AdditiveCoarseQuantizer *>(ivf->quantizer) != nullptr;
        const bool compares_all = dynamic_cast<const faiss::IndexFlat *>(ivf->quantizer) != nullptr;
        ivf->quantizer_trains_alone = learns_by_itself ? 1 : compares_all ? 0 : 2;
        restore(*ivf->quantizer);
    }

    void finish() const { expect(parts.empty()); }

private:
    static void expect(bool condition) {
        if (!condition) throw Failure{CFAISS_MALFORMED, "the factory string names other rotations than the index has"};
    }

    void restore(faiss::VectorTransform *&step) {
        if (!knows_parts || typeid(*step) != typeid(faiss::LinearTransform)) return;
        auto &linear = static_cast<faiss::LinearTransform &>(*step);
        expect(!parts.empty());
        const int count = parts.front();
        parts.pop_front();
        expect(count >= 1 && count <= linear.d_out && linear.d_out % count == 0);
        auto rotation = std::make_unique<faiss::OPQMatrix>(linear.d_in, count, linear.d_out);
        rotation->is_trained = linear.is_trained;
        rotation->have_bias = linear.have_bias;
        rotation->is_orthonormal = linear.is_orthonormal;
        rotation->A = std::move(linear.A);
        rotation->b = std::move(linear.b);
        delete step;
        step = rotation.release();
    }

    std::deque<int> parts;
    const bool knows_parts;
};

}  // namespace

void restore_training(faiss::Index &index, const std::string &factory) {
    Restorer restorer(factory);
    restorer.restore(index);
    restorer.finish();
}

void restore_training(faiss::IndexBinary &index, const std::string &) {
    if (auto *ivf = dynamic_cast<faiss::IndexBinaryIVF *>(&index)) ivf->cp.niter = list_iteration_count;
}

}  // namespace cfaiss
