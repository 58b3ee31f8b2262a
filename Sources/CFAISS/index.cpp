#include "index.hpp"

#include "computing.hpp"
#include "fast/fast_search.hpp"

#include <faiss/index_factory.h>

cfaiss_status cfaiss_index_create(int dimension, const char *factory, int metric, cfaiss_index **out) {
    return cfaiss::guarded([&] {
        const auto faiss_metric = metric == CFAISS_L2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
        auto result = std::make_unique<cfaiss_index>();
        result->index.reset(faiss::index_factory(dimension, factory, faiss_metric));
        *out = result.release();
    });
}

void cfaiss_index_destroy(cfaiss_index *index) {
    delete index;
}

cfaiss_status cfaiss_index_train(cfaiss_index *handle, int64_t n, const float *rows) {
    return cfaiss::computing([&] {
        // FAISS warns on stderr about fewer than 39 rows a list. The caller has checked that there is one.
        if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(handle->index.get())) ivf->cp.min_points_per_centroid = 1;
        handle->index->train(n, rows);
    });
}

cfaiss_status cfaiss_index_add(cfaiss_index *handle, int64_t n, const float *rows) {
    return cfaiss::computing([&] { handle->index->add(n, rows); });
}

cfaiss_status cfaiss_index_reset(cfaiss_index *handle) {
    return cfaiss::guarded([&] { handle->index->reset(); });
}

cfaiss_status cfaiss_index_search(
    const cfaiss_index *handle, int64_t n, const float *queries, int64_t k,
    cfaiss_search_parameters parameters, float *distances, int64_t *labels) {
    return cfaiss::computing([&] {
        // Parameters travel with the call, never through the index's own fields, which other threads read.
        const faiss::Index *index = handle->index.get();
        faiss::SearchParametersIVF ivf;
        faiss::SearchParametersHNSW hnsw;
        const faiss::SearchParameters *chosen = nullptr;
        if (parameters.nprobe != 0 && dynamic_cast<const faiss::IndexIVF *>(index) != nullptr) {
            ivf.nprobe = parameters.nprobe;
            chosen = &ivf;
        }
        if (parameters.ef_search != 0 && dynamic_cast<const faiss::IndexHNSW *>(index) != nullptr) {
            hnsw.efSearch = parameters.ef_search;
            chosen = &hnsw;
        }
        cfaiss::SearchSettings settings;
        settings.nprobe = parameters.nprobe;
        settings.ef_search = parameters.ef_search;
        if (cfaiss::fast_search(*index, n, queries, k, settings, distances, labels)) return;
        index->search(n, queries, k, distances, labels, chosen);
    });
}
