#include "index.hpp"

#include "guarded.hpp"
#include "sketched_flat.hpp"

#include <faiss/index_factory.h>

namespace {

constexpr int max_dimension = 65536;

}  // namespace

cfaiss_status cfaiss_index_create(int dimension, const char *factory, int metric, cfaiss_index **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(factory != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::require(dimension >= 1 && dimension <= max_dimension, "the dimension is out of range");
        cfaiss::require(metric == CFAISS_L2 || metric == CFAISS_INNER_PRODUCT, "the metric is not known");
        const auto faiss_metric = metric == CFAISS_L2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
        auto result = std::make_unique<cfaiss_index>();
        result->index.reset(faiss::index_factory(dimension, factory, faiss_metric));
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
        handle->index->reset();
        handle->next_label = 0;
    });
}
