#include "binary.hpp"

#include "guarded.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHNSW.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>

#include <cstring>
#include <typeinfo>

namespace cfaiss {
namespace {

template <typename Class>
const Class *exactly(const faiss::IndexBinary &index) {
    return typeid(index) == typeid(Class) ? static_cast<const Class *>(&index) : nullptr;
}

/// `HNSW` and its M; empty for a graph that is laid out in another way than FAISS does by itself.
std::string graph(const faiss::IndexBinaryHNSW &index) {
    const auto &starts = index.hnsw.cum_nneighbor_per_level;
    return starts.size() < 3 ? "" : "HNSW" + std::to_string(starts[2] - starts[1]);
}

}  // namespace

std::string factory_text(const faiss::IndexBinary &index) {
    if (exactly<faiss::IndexBinaryFlat>(index) != nullptr) return "BFlat";
    if (const auto *ivf = exactly<faiss::IndexBinaryIVF>(index)) {
        const std::string lists = "BIVF" + std::to_string(ivf->nlist);
        if (exactly<faiss::IndexBinaryFlat>(*ivf->quantizer) != nullptr) return lists;
        const auto *hnsw = exactly<faiss::IndexBinaryHNSW>(*ivf->quantizer);
        const std::string over = hnsw == nullptr ? "" : graph(*hnsw);
        return over.empty() ? "" : lists + "_" + over;
    }
    if (const auto *hnsw = exactly<faiss::IndexBinaryHNSW>(index)) {
        const std::string over = graph(*hnsw);
        return over.empty() ? "" : "B" + over;
    }
    if (const auto *hash = exactly<faiss::IndexBinaryHash>(index)) return "BHash" + std::to_string(hash->b);
    if (const auto *hashes = exactly<faiss::IndexBinaryMultiHash>(index)) {
        return "BHash" + std::to_string(hashes->nhash) + "x" + std::to_string(hashes->b);
    }
    return "";
}

}  // namespace cfaiss

cfaiss_status cfaiss_binary_factory(const cfaiss_binary *handle, char *out, size_t capacity) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && out != nullptr, "a pointer is missing");
        const std::string text = cfaiss::factory_text(*handle->index);
        cfaiss::require(text.size() < capacity, "the factory string is longer than its room");
        std::memcpy(out, text.c_str(), text.size() + 1);
    });
}
