#include "binary.hpp"

#include "computing.hpp"
#include "fast/shared_quantizer.hpp"
#include "selector.hpp"
#include "team.hpp"
#include "work.hpp"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHNSW.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>
#include <faiss/index_factory.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <unordered_map>
#include <vector>

namespace cfaiss {
namespace {

/// Rows that are added before progress is told.
constexpr int64_t rows_a_step = 16384;
/// Rows whose lists one thread finds together.
constexpr int64_t rows_a_thread = 256;

/// Puts a `CentroidIndex` under the k-means over the lists for the time of a call. Bits come to it as floats, and so many
/// rows at a time.
class WatchedClustering {
public:
    WatchedClustering(faiss::IndexBinaryIVF &ivf, int64_t n, const Work &work, Team &team) : ivf(ivf) {
        const auto rounds = (unsigned long)(ivf.cp.niter);
        const uint64_t row_count = std::min(uint64_t(n), uint64_t(ivf.nlist) * uint64_t(ivf.cp.max_points_per_centroid));
        const auto pieces = (unsigned long)((row_count + ivf.cp.decode_block_size - 1) / ivf.cp.decode_block_size);
        centroids = std::make_unique<CentroidIndex>(
            ivf.d, faiss::METRIC_L2, team, [work, rounds, pieces, asked = 0ul]() mutable {
                const unsigned long done = std::min(asked++ / pieces, rounds);
                if (work.progress != nullptr && work.progress(work.context, done, rounds) != 0) {
                    throw Failure{CFAISS_CANCELLED, "cancelled"};
                }
            });
        ivf.clustering_index = centroids.get();
    }
    ~WatchedClustering() { ivf.clustering_index = nullptr; }
    WatchedClustering(const WatchedClustering &) = delete;
    WatchedClustering &operator=(const WatchedClustering &) = delete;

private:
    faiss::IndexBinaryIVF &ivf;
    std::unique_ptr<CentroidIndex> centroids;
};

/// Adds rows to lists that a team finds.
void add_to_lists(faiss::IndexBinaryIVF &ivf, int64_t n, const uint8_t *rows, const int64_t *labels, Team &team) {
    constexpr int64_t piece_size = rows_a_thread;
    std::vector<int64_t> lists(size_t(n), -1);
    std::atomic<int64_t> next = 0;
    team.run([&](int) {
        std::vector<int32_t> distances;
        distances.resize(size_t(piece_size));
        for (int64_t first = next.fetch_add(piece_size); first < n; first = next.fetch_add(piece_size)) {
            const int64_t count = std::min(piece_size, n - first);
            ivf.quantizer->search(count, rows + first * ivf.code_size, 1, distances.data(), lists.data() + first);
        }
    });
    ivf.add_core(n, rows, labels, lists.data());
}

}  // namespace

const uint8_t *stored_rows(const faiss::IndexBinary &index) {
    if (const auto *flat = dynamic_cast<const faiss::IndexBinaryFlat *>(&index)) return flat->xb.data();
    if (const auto *hnsw = dynamic_cast<const faiss::IndexBinaryHNSW *>(&index)) return stored_rows(*hnsw->storage);
    if (const auto *hash = dynamic_cast<const faiss::IndexBinaryMultiHash *>(&index)) return stored_rows(*hash->storage);
    return nullptr;
}

cfaiss_index_info info_of(const cfaiss_binary &handle) {
    cfaiss_index_info info{};
    info.count = handle.index->ntotal;
    info.dimension = handle.index->d;
    info.is_trained = handle.index->is_trained;
    const bool stored = dynamic_cast<const faiss::IndexBinaryIVF *>(handle.index.get()) != nullptr;
    info.label_kind = stored ? CFAISS_LABEL_STORED : CFAISS_LABEL_POSITION;
    info.next_label = std::max(info.count, handle.next_label);
    return info;
}

void prepare(faiss::IndexBinary &index) {
    index.verbose = false;
    auto *ivf = dynamic_cast<faiss::IndexBinaryIVF *>(&index);
    if (ivf == nullptr) return;
    ivf->cp.min_points_per_centroid = 1;
    ivf->cp.verbose = false;
}

}  // namespace cfaiss

cfaiss_status cfaiss_binary_create(int dimension, const char *factory, cfaiss_binary **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(factory != nullptr && out != nullptr, "a pointer is missing");
        cfaiss::require(dimension >= 8 && dimension <= 65536 && dimension % 8 == 0, "the dimension is out of range");
        auto result = std::make_unique<cfaiss_binary>();
        result->index.reset(faiss::index_binary_factory(dimension, factory));
        cfaiss::prepare(*result->index);
        *out = result.release();
    });
}

void cfaiss_binary_destroy(cfaiss_binary *index) {
    delete index;
}

cfaiss_status cfaiss_binary_describe(const cfaiss_binary *handle, cfaiss_index_info *out) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && out != nullptr, "a pointer is missing");
        *out = cfaiss::info_of(*handle);
    });
}

cfaiss_status cfaiss_binary_train(cfaiss_binary *handle, int64_t n, const uint8_t *rows, cfaiss_work given) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && rows != nullptr && n >= 1, "there are no rows");
        auto *ivf = dynamic_cast<faiss::IndexBinaryIVF *>(handle->index.get());
        if (ivf == nullptr) return handle->index->train(n, rows);
        const cfaiss::Work work{given.thread_count, given.progress, given.context};
        cfaiss::Team team(work.thread_count, size_t(n) / cfaiss::CentroidIndex::least_piece_size + 1);
        const cfaiss::WatchedClustering watched(*ivf, n, work, team);
        ivf->train(n, rows);
    });
}

cfaiss_status cfaiss_binary_add(
    cfaiss_binary *handle, int64_t n, const uint8_t *rows, const int64_t *labels, cfaiss_work work) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && n >= 0, "the number of rows is negative");
        if (n == 0) return;
        cfaiss::require(rows != nullptr, "a pointer is missing");
        cfaiss::require(handle->index->is_trained, "the index is not trained");
        const cfaiss_index_info info = cfaiss::info_of(*handle);
        cfaiss::require(n <= INT32_MAX - info.count, "there are more rows than 32 bits number");
        std::vector<int64_t> numbered;
        int64_t next = info.next_label;
        auto *ivf = dynamic_cast<faiss::IndexBinaryIVF *>(handle->index.get());
        if (ivf == nullptr) {
            cfaiss::require(labels == nullptr, "rows of this kind of index have no labels of their own");
        } else if (labels == nullptr) {
            cfaiss::require(next <= INT64_MAX - n, "there is no free label");
            numbered.resize(size_t(n));
            std::iota(numbered.begin(), numbered.end(), next);
            labels = numbered.data();
        }
        if (ivf != nullptr) {
            const auto [least, greatest] = std::minmax_element(labels, labels + n);
            cfaiss::require(*least >= 0, "a label is negative");
            next = std::max(next, *greatest == INT64_MAX ? *greatest : *greatest + 1);
        }
        cfaiss::Team team(ivf == nullptr ? 1 : work.thread_count, size_t(n) / cfaiss::rows_a_thread + 1);
        for (int64_t done = 0; done < n;) {
            const int64_t count = std::min(cfaiss::rows_a_step, n - done);
            const uint8_t *step = rows + size_t(done) * size_t(handle->index->code_size);
            if (ivf != nullptr) {
                cfaiss::add_to_lists(*ivf, count, step, labels + done, team);
            } else {
                handle->index->add(count, step);
            }
            done += count;
            handle->next_label = ivf == nullptr ? handle->index->ntotal : next;
            const auto told = (unsigned long)(done), total = (unsigned long)(n);
            if (work.progress != nullptr && work.progress(work.context, told, total) != 0 && done < n) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "cancelled"};
            }
        }
    });
}

cfaiss_status cfaiss_binary_reset(cfaiss_binary *handle) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr, "a pointer is missing");
        handle->index->reset();
        handle->next_label = 0;
    });
}

cfaiss_status cfaiss_binary_reconstruct(
    const cfaiss_binary *handle, int64_t n, const int64_t *labels, uint8_t *rows, int64_t *unknown) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr && unknown != nullptr && n >= 0, "the number of labels is negative");
        if (n == 0) return;
        cfaiss::require(labels != nullptr && rows != nullptr, "a pointer is missing");
        const faiss::IndexBinary &index = *handle->index;
        const auto size = size_t(index.code_size);
        std::unordered_map<int64_t, const uint8_t *> found;
        const auto fail = [&](int64_t label) {
            *unknown = label;
            throw cfaiss::Failure{CFAISS_UNKNOWN_LABEL, "a label that no row has"};
        };
        if (const uint8_t *stored = cfaiss::stored_rows(index)) {
            for (int64_t i = 0; i < n; i++) {
                if (labels[i] < 0 || labels[i] >= index.ntotal) fail(labels[i]);
                std::copy_n(stored + size_t(labels[i]) * size, size, rows + size_t(i) * size);
            }
            return;
        }
        const auto note = [&](const int64_t *ids, size_t count, const uint8_t *codes) {
            for (size_t i = 0; i < count; i++) found[ids[i]] = codes + i * size;
        };
        if (const auto *hash = dynamic_cast<const faiss::IndexBinaryHash *>(&index)) {
            for (const auto &[key, list] : hash->invlists) note(list.ids.data(), list.ids.size(), list.vecs.data());
        } else if (const auto *ivf = dynamic_cast<const faiss::IndexBinaryIVF *>(&index)) {
            for (size_t list = 0; list < ivf->nlist; list++) {
                note(ivf->invlists->get_ids(list), ivf->invlists->list_size(list), ivf->invlists->get_codes(list));
            }
        }
        for (int64_t i = 0; i < n; i++) {
            const auto place = found.find(labels[i]);
            if (place == found.end()) fail(labels[i]);
            std::copy_n(place->second, size, rows + size_t(i) * size);
        }
    });
}

cfaiss_status cfaiss_binary_remove(cfaiss_binary *handle, const cfaiss_selector *selector, int64_t *removed) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr && selector != nullptr && removed != nullptr, "a pointer is missing");
        faiss::IndexBinary &index = *handle->index;
        const bool able = dynamic_cast<faiss::IndexBinaryFlat *>(&index) != nullptr ||
            dynamic_cast<faiss::IndexBinaryIVF *>(&index) != nullptr;
        if (!able) throw cfaiss::Failure{CFAISS_UNSUPPORTED, "removing rows"};
        *removed = int64_t(index.remove_ids(*selector->labels));
        if (cfaiss::info_of(*handle).label_kind == CFAISS_LABEL_POSITION) handle->next_label = index.ntotal;
    });
}
