#include "cfaiss_rows.h"

#include "computing.hpp"
#include "index.hpp"
#include "list_rows.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

#include <unordered_map>
#include <vector>

namespace cfaiss {
namespace {

/// A label that no row has.
struct UnknownLabel {
    int64_t label;
};

/// Where in what was asked for each label stands.
std::unordered_multimap<int64_t, size_t> places(const std::vector<int64_t> &labels) {
    std::unordered_multimap<int64_t, size_t> result;
    result.reserve(labels.size());
    for (size_t i = 0; i < labels.size(); i++) result.emplace(labels[i], i);
    return result;
}

void reconstruct(const faiss::Index &index, const std::vector<int64_t> &labels, float *rows);

void reconstruct_transformed(const faiss::IndexPreTransform &index, const std::vector<int64_t> &labels, float *rows) {
    for (const faiss::VectorTransform *step : index.chain) {
        const auto *linear = dynamic_cast<const faiss::LinearTransform *>(step);
        const auto *pca = dynamic_cast<const faiss::PCAMatrix *>(step);
        const bool whitened = pca != nullptr && pca->eigen_power != 0;
        if (dynamic_cast<const faiss::ITQTransform *>(step) != nullptr || whitened ||
            (linear != nullptr && !linear->is_orthonormal)) {
            throw Failure{CFAISS_UNSUPPORTED, "the transform cannot be undone"};
        }
    }
    std::vector<float> transformed(labels.size() * size_t(index.index->d));
    reconstruct(*index.index, labels, transformed.data());
    index.reverse_chain(int64_t(labels.size()), transformed.data(), rows);
}

void reconstruct_mapped(const faiss::IndexIDMap &index, const std::vector<int64_t> &labels, float *rows) {
    const auto wanted = places(labels);
    std::vector<int64_t> positions(labels.size(), -1);
    for (size_t position = 0; position < index.id_map.size(); position++) {
        const auto [first, last] = wanted.equal_range(index.id_map[position]);
        for (auto place = first; place != last; ++place) positions[place->second] = int64_t(position);
    }
    for (size_t i = 0; i < labels.size(); i++) {
        if (positions[i] < 0) throw UnknownLabel{labels[i]};
    }
    reconstruct(*index.index, positions, rows);
}

/// FAISS finds a row of a list through a table that it can keep; here, one pass over the labels finds all rows of a call.
void reconstruct_listed(const faiss::IndexIVF &index, const std::vector<int64_t> &labels, float *rows) {
    const auto wanted = places(labels);
    std::vector<bool> found(labels.size(), false);
    for (size_t list = 0; list < index.nlist; list++) {
        const size_t size = index.invlists->list_size(list);
        if (size == 0) continue;
        const faiss::InvertedLists::ScopedIds ids(index.invlists, list);
        for (size_t i = 0; i < size; i++) {
            const auto [first, last] = wanted.equal_range(ids[i]);
            for (auto place = first; place != last; ++place) {
                decode_listed(index, list, i, rows + place->second * size_t(index.d));
                found[place->second] = true;
            }
        }
    }
    for (size_t i = 0; i < labels.size(); i++) {
        if (!found[i]) throw UnknownLabel{labels[i]};
    }
}

void reconstruct(const faiss::Index &index, const std::vector<int64_t> &labels, float *rows) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return reconstruct_transformed(*outer, labels, rows);
    }
    if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index)) return reconstruct_mapped(*map, labels, rows);
    if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(&index)) {
        return reconstruct(*refine->refine_index, labels, rows);
    }
    if (const auto *hnsw = dynamic_cast<const faiss::IndexHNSW *>(&index)) return reconstruct(*hnsw->storage, labels, rows);
    if (const auto *nsg = dynamic_cast<const faiss::IndexNSG *>(&index)) return reconstruct(*nsg->storage, labels, rows);
    if (const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(&index)) return reconstruct_listed(*ivf, labels, rows);
    for (size_t i = 0; i < labels.size(); i++) {
        if (labels[i] < 0 || labels[i] >= index.ntotal) throw UnknownLabel{labels[i]};
        index.reconstruct(labels[i], rows + i * size_t(index.d));
    }
}

}  // namespace
}  // namespace cfaiss

cfaiss_status cfaiss_index_reconstruct(
    const cfaiss_index *handle, int64_t n, const int64_t *labels, float *rows, int64_t *unknown) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && unknown != nullptr, "a pointer is missing");
        cfaiss::require(n >= 0, "the number of labels is negative");
        if (n == 0) return;
        cfaiss::require(labels != nullptr && rows != nullptr, "a pointer is missing");
        try {
            cfaiss::reconstruct(*handle->index, std::vector<int64_t>(labels, labels + n), rows);
        } catch (const cfaiss::UnknownLabel &failure) {
            *unknown = failure.label;
            throw cfaiss::Failure{CFAISS_UNKNOWN_LABEL, "a label that no row has"};
        }
    });
}
