#include "sketched_flat.hpp"

#include "wrapped.hpp"

#include <faiss/IndexIVF.h>

#include <memory>
#include <typeinfo>

namespace cfaiss {

void sketch_centroids(faiss::Index &index, int thread_count) {
    auto *ivf = part_of<faiss::IndexIVF>(index);
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
