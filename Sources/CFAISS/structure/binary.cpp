#include "structure/structure.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHNSW.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>

namespace cfaiss {
namespace structure {
namespace {

template <typename Kind>
const Kind *as(const faiss::IndexBinary &index) {
    return dynamic_cast<const Kind *>(&index);
}

void check_part(const faiss::IndexBinary *part, const faiss::IndexBinary &whole, int64_t count) {
    expect(part != nullptr, "an index lacks a part");
    expect(part->d == whole.d && part->ntotal == count, "an index and its part differ in shape");
    check(*part, Labels::rows);
}

void check_hash(const faiss::IndexBinaryHash &index) {
    expect(index.b >= 1 && index.b <= 64 && index.b <= index.d && index.nflip == 0,
           "a hash of bits out of range");
    size_t total = 0;
    for (const auto &entry : index.invlists) {
        expect(entry.second.vecs.size() == entry.second.ids.size() * size_t(index.code_size),
               "a list has more or fewer codes than labels");
        total += entry.second.ids.size();
    }
    expect(total == size_t(index.ntotal), "the lists hold more or fewer rows than the index counts");
}

void check_multi_hash(const faiss::IndexBinaryMultiHash &index) {
    expect(index.storage != nullptr, "an index lacks a part");
    check_part(index.storage, index, index.ntotal);
    expect(index.b >= 1 && index.b <= 64 && index.nhash >= 1 && index.nhash <= index.d / index.b &&
               index.nflip == 0 && index.maps.size() == size_t(index.nhash),
           "a hash of bits out of range");
    for (const auto &map : index.maps) {
        for (const auto &entry : map) {
            for (const int64_t row : entry.second) {
                expect(row >= 0 && row < index.ntotal, "a list holds a label out of range");
            }
        }
    }
}

}  // namespace

void check(const faiss::IndexBinary &index, Labels labels) {
    expect(index.d >= 8 && index.d <= max_dimension && index.d % 8 == 0 && index.code_size == index.d / 8,
           "the dimension is out of range");
    expect(index.ntotal >= 0 && index.ntotal <= max_count, "the count is out of range");
    if (const auto *flat = as<faiss::IndexBinaryFlat>(index)) {
        expect(flat->xb.size() == size_t(index.ntotal) * size_t(index.code_size),
               "an index holds more or fewer codes than it counts rows");
    } else if (const auto *ivf = as<faiss::IndexBinaryIVF>(index)) {
        expect(ivf->nlist >= 1 && ivf->nlist <= max_list_count && ivf->nprobe >= 1, "the number of lists is out of range");
        expect(ivf->quantizer != nullptr, "an index lacks a part");
        check_part(ivf->quantizer, index, ivf->is_trained ? int64_t(ivf->nlist) : ivf->quantizer->ntotal);
        check_lists(ivf->invlists, ivf->nlist, index.ntotal, labels);
        expect(ivf->invlists->code_size == size_t(index.code_size), "the code size of the lists does not agree");
        expect(ivf->is_trained || index.ntotal == 0, "rows of an index that is not trained");
    } else if (const auto *hnsw = as<faiss::IndexBinaryHNSW>(index)) {
        check_part(hnsw->storage, index, index.ntotal);
        expect(as<faiss::IndexBinaryFlat>(*hnsw->storage) != nullptr, "a graph over rows of a kind that is not supported");
        check_hnsw(hnsw->hnsw, index.ntotal);
    } else if (const auto *hash = as<faiss::IndexBinaryHash>(index)) {
        check_hash(*hash);
    } else if (const auto *multi = as<faiss::IndexBinaryMultiHash>(index)) {
        check_multi_hash(*multi);
    } else {
        expect(false, "an index of a kind that is not supported");
    }
}

}  // namespace structure

void check_structure(const faiss::IndexBinary &index) {
    structure::check(index, structure::Labels::any);
}

}  // namespace cfaiss
