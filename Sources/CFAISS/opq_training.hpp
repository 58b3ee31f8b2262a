#pragma once

#include "fast/shared_quantizer.hpp"
#include "guarded.hpp"

#include <faiss/VectorTransform.h>
#include <faiss/impl/ProductQuantizer.h>

#include <memory>
#include <vector>

namespace cfaiss {

/// OPQ trains with a product quantizer of its own making, which warns on stderr about few rows. For the time of a call
/// it gets one that does not, and whose rows a team of threads assigns to its centroids. With fewer rows than dimensions FAISS
/// writes past its matrices: CFAISS_INVALID.
class QuietOPQ {
public:
    QuietOPQ(const std::vector<faiss::VectorTransform *> &chain, int64_t n, Team &team) {
        for (faiss::VectorTransform *step : chain) {
            const auto *opq = dynamic_cast<const faiss::OPQMatrix *>(step);
            if (opq == nullptr || opq->is_trained) continue;
            require(n >= opq->d_in, "there are fewer rows than dimensions");
        }
        for (faiss::VectorTransform *step : chain) {
            auto *opq = dynamic_cast<faiss::OPQMatrix *>(step);
            if (opq == nullptr || opq->is_trained || opq->pq != nullptr) continue;
            auto quantizer = std::make_unique<faiss::ProductQuantizer>(size_t(opq->d_out), size_t(opq->M), 8);
            quantizer->cp.min_points_per_centroid = 1;
            auto centroids =
                std::make_unique<CentroidIndex>(int(quantizer->dsub), faiss::METRIC_L2, team, [] {});
            quantizer->assign_index = centroids.get();
            assigners.push_back(std::move(centroids));
            quantizers.push_back(std::move(quantizer));
            matrices.push_back(opq);
        }
        // Nothing throws from here on, so that no matrix keeps what goes with this.
        for (size_t i = 0; i < matrices.size(); i++) {
            matrices[i]->pq = quantizers[i].get();
            matrices[i]->verbose = false;
        }
    }
    ~QuietOPQ() {
        for (faiss::OPQMatrix *opq : matrices) opq->pq = nullptr;
    }
    QuietOPQ(const QuietOPQ &) = delete;
    QuietOPQ &operator=(const QuietOPQ &) = delete;

private:
    std::vector<std::unique_ptr<CentroidIndex>> assigners;
    std::vector<std::unique_ptr<faiss::ProductQuantizer>> quantizers;
    std::vector<faiss::OPQMatrix *> matrices;
};

/// Throws CFAISS_DEGENERATE if what a transform learned is not finite.
void check_learned(const faiss::VectorTransform &transform);

}  // namespace cfaiss
