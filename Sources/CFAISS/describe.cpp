#include "index.hpp"

#include "guarded.hpp"

namespace cfaiss {
namespace {

bool is_flat(const faiss::Index *index) {
    return dynamic_cast<const faiss::IndexFlat *>(index) != nullptr;
}

[[noreturn]] void unknown_kind() {
    throw Failure{CFAISS_MALFORMED, "an index of a kind that is not supported"};
}

}  // namespace

cfaiss_index_info describe(const faiss::Index &index) {
    cfaiss_index_info info{};
    info.count = index.ntotal;
    info.dimension = index.d;
    info.metric = index.metric_type == faiss::METRIC_L2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT;
    info.is_trained = index.is_trained;
    if (is_flat(&index)) {
        info.kind = CFAISS_KIND_FLAT;
    } else if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) {
        const auto *quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(ivf);
        const bool is_sq8 = quantized != nullptr && quantized->sq.qtype == faiss::ScalarQuantizer::QT_8bit;
        if (!is_flat(ivf->quantizer)) unknown_kind();
        if (!is_sq8 && dynamic_cast<const faiss::IndexIVFFlat *>(ivf) == nullptr) unknown_kind();
        info.kind = is_sq8 ? CFAISS_KIND_IVF_SQ8 : CFAISS_KIND_IVF_FLAT;
        info.structure_size = int32_t(ivf->nlist);
    } else if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) {
        const auto &starts = hnsw->hnsw.cum_nneighbor_per_level;
        if (!is_flat(hnsw->storage) || starts.size() < 3) unknown_kind();
        info.kind = CFAISS_KIND_HNSW_FLAT;
        info.structure_size = starts[2] - starts[1];
    } else {
        unknown_kind();
    }
    return info;
}

}  // namespace cfaiss

cfaiss_status cfaiss_index_describe(const cfaiss_index *handle, cfaiss_index_info *out) {
    return cfaiss::guarded([&] { *out = cfaiss::describe(*handle->index); });
}
