#include "index.hpp"

#include "computing.hpp"
#include "sketched_flat.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/index_factory.h>

#include <memory>
#include <string>

namespace {

constexpr int max_dimension = 65536;

/// FAISS 1.7.3 puts refinement around labels, which would then be taken for positions. So labels go around everything
/// here, where the string has them in front.
std::unique_ptr<faiss::Index> make(int dimension, const std::string &factory, faiss::MetricType metric) {
    for (const std::string label : {"IDMap,", "IDMap2,"}) {
        if (factory.compare(0, label.size(), label) != 0) continue;
        std::unique_ptr<faiss::Index> inner = make(dimension, factory.substr(label.size()), metric);
        std::unique_ptr<faiss::IndexIDMap> map;
        if (label == "IDMap,") {
            map = std::make_unique<faiss::IndexIDMap>(inner.get());
        } else {
            map = std::make_unique<faiss::IndexIDMap2>(inner.get());
        }
        inner.release();
        map->own_fields = true;
        return map;
    }
    return std::unique_ptr<faiss::Index>(faiss::index_factory(dimension, factory.c_str(), metric));
}

}  // namespace

cfaiss_status cfaiss_index_create(int dimension, const char *factory, int metric, cfaiss_index **out) {
    // A random rotation is made here, with BLAS.
    return cfaiss::computing([&] {
        cfaiss::require(factory != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::require(dimension >= 1 && dimension <= max_dimension, "the dimension is out of range");
        cfaiss::require(metric == CFAISS_L2 || metric == CFAISS_INNER_PRODUCT, "the metric is not known");
        const auto faiss_metric = metric == CFAISS_L2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
        auto result = std::make_unique<cfaiss_index>();
        result->index = make(dimension, factory, faiss_metric);
        // Some kinds know L2 alone, and FAISS makes them so whatever is asked for.
        if (result->index->metric_type != faiss_metric) {
            throw cfaiss::Failure{CFAISS_UNSUPPORTED, "the kind of index does not know the metric"};
        }
        cfaiss::prepare(*result->index);
        cfaiss::sketch_graphs(*result->index, 1);
        cfaiss::sketch_centroids(*result->index, 1);
        *out = result.release();
    });
}

void cfaiss_index_destroy(cfaiss_index *index) {
    delete index;
}

cfaiss_status cfaiss_index_reset(cfaiss_index *handle) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr, "a pointer is missing");
        cfaiss::changeable(handle).reset();
        handle->next_label = 0;
    });
}
