#include "binary.hpp"

#include "computing.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryIVF.h>

#include <algorithm>
#include <typeinfo>

namespace cfaiss {
namespace {

void require_alike(bool condition, const char *message) {
    if (!condition) throw Failure{CFAISS_UNSUPPORTED, message};
}

/// Throws unless both are of one kind that can be merged, with the same lists.
void check_alike(const faiss::IndexBinary &index, const faiss::IndexBinary &other) {
    require_alike(typeid(index) == typeid(other) && index.d == other.d, "they are of different kinds");
    require_alike(index.is_trained && other.is_trained, "they were not trained alike");
    if (dynamic_cast<const faiss::IndexBinaryFlat *>(&index) != nullptr) return;
    const auto *ivf = dynamic_cast<const faiss::IndexBinaryIVF *>(&index);
    require_alike(ivf != nullptr, "rows of a graph or a hash cannot be moved");
    const auto &other_ivf = static_cast<const faiss::IndexBinaryIVF &>(other);
    require_alike(ivf->direct_map.no() && other_ivf.direct_map.no(), "a table of their labels cannot be moved");
    const uint8_t *centroids = stored_rows(*ivf->quantizer), *others = stored_rows(*other_ivf.quantizer);
    require_alike(
        ivf->nlist == other_ivf.nlist && centroids != nullptr && others != nullptr &&
            std::equal(centroids, centroids + ivf->nlist * size_t(index.code_size), others),
        "they were not trained alike");
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_binary_merge(cfaiss_binary *handle, cfaiss_binary *other, int64_t offset) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && other != nullptr && handle != other, "two indexes are needed");
        const auto info = cfaiss::info_of(*handle), other_info = cfaiss::info_of(*other);
        cfaiss::require(offset >= 0 && offset <= INT64_MAX - other_info.next_label, "the labels would be out of range");
        cfaiss::require(other_info.count <= INT32_MAX - info.count, "there are more rows than 32 bits number");
        cfaiss::check_alike(*handle->index, *other->index);
        if (auto *flat = dynamic_cast<faiss::IndexBinaryFlat *>(handle->index.get())) {
            auto &other_flat = static_cast<faiss::IndexBinaryFlat &>(*other->index);
            flat->add(other_flat.ntotal, other_flat.xb.data());
            other_flat.reset();
            handle->next_label = flat->ntotal;
        } else {
            // FAISS's own merge_from takes no two indexes for alike.
            auto &ivf = static_cast<faiss::IndexBinaryIVF &>(*handle->index);
            auto &other_ivf = static_cast<faiss::IndexBinaryIVF &>(*other->index);
            ivf.invlists->merge_from(other_ivf.invlists, size_t(offset));
            ivf.ntotal += other_ivf.ntotal;
            other_ivf.ntotal = 0;
            handle->next_label = std::max(info.next_label, other_info.next_label + offset);
        }
        other->next_label = 0;
    });
}
