#include "cfaiss_kmeans.h"

#include "computing.hpp"
#include "fast/nearest_row.hpp"
#include "fast/shared_quantizer.hpp"

#include <faiss/Clustering.h>

#include <algorithm>
#include <vector>

cfaiss_status cfaiss_kmeans_train(
    cfaiss_kmeans_settings settings, int64_t n, const float *rows, cfaiss_work work,
    float *centroids, float *objectives, int *objective_count) {
    return cfaiss::computing([&] {
        cfaiss::require(rows != nullptr && centroids != nullptr, "a pointer is missing");
        cfaiss::require(objectives != nullptr && objective_count != nullptr, "a pointer is missing");
        cfaiss::require(settings.dimension >= 1 && settings.dimension <= 65536, "the dimension is out of range");
        cfaiss::require(settings.centroid_count >= 1 && n >= settings.centroid_count, "there are fewer rows than centroids");
        cfaiss::require(settings.iteration_count >= 1 && settings.redo_count >= 1, "there are no iterations");
        cfaiss::require(settings.rows_per_centroid >= 1, "no rows are allowed");
        faiss::ClusteringParameters parameters;
        parameters.niter = settings.iteration_count;
        parameters.nredo = settings.redo_count;
        parameters.seed = settings.seed;
        parameters.spherical = settings.is_spherical != 0;
        parameters.min_points_per_centroid = 1;
        parameters.max_points_per_centroid = settings.rows_per_centroid;
        faiss::Clustering clustering(settings.dimension, settings.centroid_count, parameters);
        const auto total = (unsigned long)(settings.iteration_count) * (unsigned long)(settings.redo_count);
        const auto metric = parameters.spherical ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2;
        cfaiss::Team team(work.thread_count, size_t(n) / cfaiss::CentroidIndex::least_piece_size + 1);
        unsigned long done = 0;
        cfaiss::CentroidIndex lookup(settings.dimension, metric, team, [&] {
            if (work.progress != nullptr && work.progress(work.context, done, total) != 0) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "cancelled"};
            }
            if (done < total) done++;
        });
        clustering.train(n, rows, lookup);
        std::copy(clustering.centroids.begin(), clustering.centroids.end(), centroids);
        *objective_count = int(std::min<size_t>(clustering.iteration_stats.size(), total));
        for (int i = 0; i < *objective_count; i++) objectives[i] = clustering.iteration_stats[size_t(i)].obj;
    });
}

cfaiss_status cfaiss_kmeans_assign(
    cfaiss_kmeans_settings settings, const float *centroids, int64_t n, const float *rows, int thread_count,
    int32_t *assigned) {
    return cfaiss::computing([&] {
        cfaiss::require(settings.dimension >= 1 && settings.dimension <= 65536, "the dimension is out of range");
        cfaiss::require(settings.centroid_count >= 1 && n >= 0, "there are no centroids");
        if (n == 0) return;
        cfaiss::require(centroids != nullptr && rows != nullptr && assigned != nullptr, "a pointer is missing");
        qk_rows means = {};
        means.values = centroids;
        means.count = uint64_t(settings.centroid_count);
        means.dimension = uint32_t(settings.dimension);
        means.storage = QK_FLOAT32;
        means.metric = settings.is_spherical != 0 ? QK_INNER_PRODUCT : QK_L2;
        cfaiss::Team team(thread_count, size_t(n) / cfaiss::CentroidIndex::least_piece_size + 1);
        constexpr int64_t chunk = 1 << 18;
        std::vector<faiss::Index::idx_t> labels(size_t(std::min(n, chunk)));
        for (int64_t first = 0; first < n; first += chunk) {
            const int64_t count = std::min(chunk, n - first);
            cfaiss::nearest_row(team, means, count, rows + first * settings.dimension, nullptr, labels.data());
            std::copy_n(labels.begin(), count, assigned + first);
        }
    });
}
