#include "index.hpp"

#include "computing.hpp"
#include "fast/shared_quantizer.hpp"
#include "local_search.hpp"
#include "opq_training.hpp"
#include "work.hpp"
#include "wrapped.hpp"

#include <cmath>

namespace cfaiss {
namespace {

/// Puts a `CentroidIndex` under an IVF's k-means for the time of a call. Once an iteration it tells progress, and there
/// the call can end.
class WatchedClustering {
public:
    WatchedClustering(faiss::Index &index, const Work &work, Team &team) : ivf(part_of<faiss::IndexIVF>(index)), team(team) {
        // 1 means that the quantizer learns by itself, without k-means over the lists.
        if (ivf == nullptr || ivf->quantizer_trains_alone == 1) return;
        const auto metric = ivf->quantizer_trains_alone == 0 ? ivf->quantizer->metric_type : faiss::METRIC_L2;
        const auto rounds = (unsigned long)(ivf->cp.niter);
        centroids = std::make_unique<CentroidIndex>(ivf->d, metric, team, [work, rounds, done = 0ul]() mutable {
            if (work.progress != nullptr && work.progress(work.context, done, rounds) != 0) {
                throw Failure{CFAISS_CANCELLED, "cancelled"};
            }
            if (done < rounds) done++;
        });
        ivf->clustering_index = centroids.get();
    }
    ~WatchedClustering() {
        if (centroids != nullptr) ivf->clustering_index = nullptr;
    }
    WatchedClustering(const WatchedClustering &) = delete;
    WatchedClustering &operator=(const WatchedClustering &) = delete;

private:
    faiss::IndexIVF *const ivf;
    Team &team;
    std::unique_ptr<CentroidIndex> centroids;
};

bool finite(const std::vector<float> &values) {
    for (float value : values) {
        if (!std::isfinite(value)) return false;
    }
    return true;
}

}  // namespace

void check_learned(const faiss::VectorTransform &transform) {
    const auto *linear = dynamic_cast<const faiss::LinearTransform *>(&transform);
    const bool good = linear == nullptr || (finite(linear->A) && finite(linear->b));
    if (!good) throw Failure{CFAISS_DEGENERATE, "the training rows span fewer dimensions than are to come out"};
}

}  // namespace cfaiss

cfaiss_status cfaiss_index_train(cfaiss_index *handle, int64_t n, const float *rows, cfaiss_work given) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && rows != nullptr, "a pointer is missing");
        cfaiss::require(n >= 1, "there are no rows");
        const cfaiss::Work work{given.thread_count, given.progress, given.context};
        faiss::Index &index = cfaiss::changeable(handle);
        const auto alone = cfaiss::lock_local_search(index);
        cfaiss::Team team(work.thread_count, size_t(n) / cfaiss::CentroidIndex::least_piece_size + 1);
        const cfaiss::WatchedClustering watched(index, work, team);
        if (auto *outer = cfaiss::part_of<faiss::IndexPreTransform>(index)) {
            const cfaiss::QuietOPQ quiet(outer->chain, n, team);
            index.train(n, rows);
            for (const faiss::VectorTransform *step : outer->chain) cfaiss::check_learned(*step);
        } else {
            index.train(n, rows);
        }
        auto *ivf = cfaiss::part_of<faiss::IndexIVF>(index);
        if (ivf != nullptr) cfaiss::prepare(*ivf->quantizer);
        try {
            cfaiss::check_centroids(index);
        } catch (...) {
            // FAISS holds it for trained, and would end the process when rows are added.
            index.is_trained = false;
            if (ivf != nullptr) ivf->is_trained = false;
            throw;
        }
    });
}
