#include "sketched_flat.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

#include <memory>
#include <typeinfo>

namespace cfaiss {

void sketch_centroids(faiss::Index &index, int thread_count) {
    if (auto *map = dynamic_cast<faiss::IndexIDMap *>(&index)) return sketch_centroids(*map->index, thread_count);
    if (auto *outer = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        return sketch_centroids(*outer->index, thread_count);
    }
    if (auto *refine = dynamic_cast<faiss::IndexRefine *>(&index)) {
        return sketch_centroids(*refine->base_index, thread_count);
    }
    auto *ivf = dynamic_cast<faiss::IndexIVF *>(&index);
    if (ivf == nullptr || !ivf->own_fields) return;
    const std::type_info &type = typeid(*ivf->quantizer);
    if (type != typeid(faiss::IndexFlat) && type != typeid(faiss::IndexFlatL2) && type != typeid(faiss::IndexFlatIP)) {
        return;
    }
    const faiss::MetricType metric = ivf->quantizer->metric_type;
    if (metric != faiss::METRIC_L2 && metric != faiss::METRIC_INNER_PRODUCT) return;
    const std::unique_ptr<faiss::Index> former(ivf->quantizer);
    ivf->quantizer = new SketchedFlat(std::move(static_cast<faiss::IndexFlat &>(*former)), thread_count);
}

}  // namespace cfaiss
