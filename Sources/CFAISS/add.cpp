#include "index.hpp"

#include "computing.hpp"
#include "fast/fast_search.hpp"
#include "fast/shared_quantizer.hpp"
#include "local_search.hpp"
#include "selected.hpp"
#include "spreading_graph.hpp"
#include "work.hpp"
#include "wrapped.hpp"

#include <faiss/IndexIDMap.h>
#include <faiss/IndexNSG.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

/// Rows that FAISS adds at a time: small enough to hear of a cancellation, large enough for its batches.
constexpr int64_t chunk_size = 16384;

/// A row that no link leads to is linked from one that has room for a link. FAISS looks for that without end if there is
/// none, which happens when more rows are equal than have links to each other, or none is at a distance from another.
void check_distinct(const faiss::IndexNSG &nsg, const faiss::Index &index, int64_t n, const float *rows) {
    const faiss::Index *part = &index;
    std::vector<float> transformed;
    while (part != &nsg) {
        if (const auto *map = dynamic_cast<const faiss::IndexIDMap *>(part)) {
            part = map->index;
        } else if (const auto *refine = dynamic_cast<const faiss::IndexRefine *>(part)) {
            part = refine->base_index;
        } else {
            const auto &outer = dynamic_cast<const faiss::IndexPreTransform &>(*part);
            const float *result = outer.apply_chain(n, rows);
            std::vector<float> next(result, result + size_t(n) * size_t(outer.index->d));
            if (result != rows) delete[] result;
            transformed.swap(next);
            rows = transformed.data();
            part = outer.index;
        }
    }
    // Squares of less than this are 0.
    constexpr float nothing = 1e-15f;
    std::vector<float> values(rows, rows + size_t(n) * size_t(nsg.d));
    for (float &value : values) value = std::abs(value) < nothing ? 0 : value;
    const size_t size = nsg.storage->sa_code_size();
    std::vector<uint8_t> codes(size_t(n) * size);
    nsg.storage->sa_encode(n, values.data(), codes.data());
    // Half precision ends at 65,504.
    nsg.storage->sa_decode(n, codes.data(), values.data());
    for (const float value : values) {
        if (!std::isfinite(value)) throw cfaiss::Failure{CFAISS_DEGENERATE, "a row's code is infinite, for a NSG"};
    }
    std::unordered_map<std::string_view, int> counts;
    for (int64_t row = 0; row < n; row++) {
        const std::string_view code(reinterpret_cast<const char *>(codes.data()) + size_t(row) * size, size);
        if (++counts[code] > std::max(1, nsg.nsg.R / 4)) {
            throw cfaiss::Failure{CFAISS_DEGENERATE, "too many rows are equal, or have equal codes, for a NSG"};
        }
    }
}

}  // namespace

cfaiss_status cfaiss_index_add(
    cfaiss_index *handle, int64_t n, const float *rows, const int64_t *labels, cfaiss_work given) {
    return cfaiss::computing([&] {
        cfaiss::require(handle != nullptr, "a pointer is missing");
        cfaiss::require(n >= 0, "the number of rows is negative");
        if (n == 0) return;
        cfaiss::require(rows != nullptr, "a pointer is missing");
        faiss::Index &index = cfaiss::changeable(handle);
        cfaiss::require(index.is_trained, "the index is not trained");
        const cfaiss_index_info info = cfaiss::describe(index);
        cfaiss::require(n <= INT32_MAX - info.count, "there are more rows than 32 bits number");
        const cfaiss::Work work{std::max(given.thread_count, 1), given.progress, given.context};

        // Labels that are their rows' positions are FAISS's to give; all others go through here, so that a removal does
        // not make it give one twice.
        int64_t next = std::max(handle->next_label, info.count);
        std::vector<int64_t> numbered;
        if (info.label_kind == CFAISS_LABEL_POSITION) {
            cfaiss::require(labels == nullptr, "rows of this kind of index have no labels of their own");
        } else if (labels != nullptr) {
            const auto [least, greatest] = std::minmax_element(labels, labels + n);
            cfaiss::require(*least >= 0, "a label is negative");
            next = std::max(next, *greatest == INT64_MAX ? *greatest : *greatest + 1);
        } else {
            cfaiss::require(next <= INT64_MAX - n, "there is no free label");
            if (info.label_kind == CFAISS_LABEL_GIVEN || next != info.count) {
                numbered.resize(size_t(n));
                std::iota(numbered.begin(), numbered.end(), next);
                labels = numbered.data();
            }
            next += n;
        }
        cfaiss::require(!info.takes_rows_once || info.count == 0, "the index takes its rows all at once");

        cfaiss::require_labels(index);
        if (cfaiss::fast_add(index, n, rows, labels, work)) {
            handle->next_label = next;
            return;
        }
        std::optional<cfaiss::GivenNeighbours> neighbours;
        if (auto *nsg = cfaiss::part_of<faiss::IndexNSG>(index)) {
            cfaiss::require(n >= CFAISS_NSG_ROWS, "a NSG needs more rows");
            check_distinct(*nsg, index, n, rows);
            neighbours.emplace(*nsg, n, work);
        }
        const auto alone = cfaiss::lock_local_search(index);
        faiss::IndexIVF *ivf = cfaiss::part_of<faiss::IndexIVF>(index);
        const int thread_count = ivf == nullptr ? 1 : work.thread_count;
        cfaiss::Team team(thread_count, size_t(n) / cfaiss::SharedQuantizer::piece_size + 1);
        const cfaiss::SharedQuantizer shared(ivf, team);
        const int64_t step = info.takes_rows_once ? n : chunk_size;
        for (int64_t done = 0; done < n;) {
            const int64_t count = std::min(step, n - done);
            const float *chunk = rows + size_t(done) * size_t(index.d);
            if (labels != nullptr) {
                index.add_with_ids(count, chunk, labels + done);
            } else {
                index.add(count, chunk);
            }
            done += count;
            handle->next_label = done == n ? next : std::max(next, index.ntotal);
            const auto told = (unsigned long)(done), total = (unsigned long)(n);
            if (work.progress != nullptr && work.progress(work.context, told, total) != 0 && done < n) {
                throw cfaiss::Failure{CFAISS_CANCELLED, "cancelled"};
            }
        }
    });
}

cfaiss_status cfaiss_index_set_ef_construction(cfaiss_index *handle, int ef_construction) {
    return cfaiss::guarded([&] {
        cfaiss::require(handle != nullptr, "a pointer is missing");
        cfaiss::require(ef_construction >= 1 && ef_construction <= 65536, "efConstruction is out of range");
        faiss::IndexHNSW *hnsw = cfaiss::part_of<faiss::IndexHNSW>(cfaiss::changeable(handle));
        if (hnsw == nullptr) throw cfaiss::Failure{CFAISS_UNSUPPORTED, "the index has no HNSW graph"};
        hnsw->hnsw.efConstruction = ef_construction;
    });
}
