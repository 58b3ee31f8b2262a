#include "cfaiss_kmeans.h"

#include "computing.hpp"
#include "fast/shared_quantizer.hpp"

#include <faiss/Clustering.h>

#include <algorithm>

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
        cfaiss::Team team(work.thread_count);
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
