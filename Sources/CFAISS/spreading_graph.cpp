#include "spreading_graph.hpp"

#include "fast/fast_search.hpp"
#include "fast/nearest_rows.hpp"
#include "guarded.hpp"
#include "search.hpp"
#include "team.hpp"

#include <faiss/IndexHNSW.h>
#include <faiss/impl/DistanceComputer.h>

#include <algorithm>
#include <atomic>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Up to so many rows are compared with each other.
constexpr idx_t compared_row_count = 8192;

/// Links of the graph by which more are found, and candidates a neighbour.
constexpr int links = 16, candidates = 2;

/// Rows that one thread looks at together.
constexpr idx_t piece_size = 256;

/// The storage of an NSG while it is built. What FAISS asks for with `assign` are the rows' neighbours.
struct Neighbours final : faiss::Index {
    Neighbours(faiss::Index &storage, const Work &work)
        : faiss::Index(storage.d, storage.metric_type), storage(storage), work(work) {
        ntotal = storage.ntotal;
        is_trained = storage.is_trained;
    }

    void add(idx_t n, const float *rows) override {
        storage.add(n, rows);
        ntotal = storage.ntotal;
    }

    void reset() override {
        storage.reset();
        ntotal = 0;
    }

    void reconstruct(idx_t row, float *out) const override { storage.reconstruct(row, out); }
    faiss::DistanceComputer *get_distance_computer() const override { return storage.get_distance_computer(); }

    void search(
        idx_t n, const float *queries, idx_t k, float *distances, idx_t *labels,
        const faiss::SearchParameters *parameters) const override {
        storage.search(n, queries, k, distances, labels, parameters);
    }

    /// `rows` are the index's own. Each row comes first among its `k` neighbours: FAISS takes it away.
    void assign(idx_t n, const float *rows, idx_t *labels, idx_t k) const override {
        if (n <= compared_row_count) {
            const qk_rows all = view(n, rows);
            each_piece(n, [&](idx_t first, idx_t count, float *distances) {
                nearest_rows(all, count, rows + first * d, k, nullptr, 1, distances, labels + first * k);
            }, k);
        } else {
            faiss::IndexHNSWFlat graph(d, links, metric_type);
            hnsw_add(graph, n, rows, work);
            SearchSettings settings;
            settings.ef_search = int(candidates * k);
            each_piece(n, [&](idx_t first, idx_t count, float *distances) {
                cfaiss::search(graph, count, rows + first * d, k, settings, distances, labels + first * k);
            }, k);
        }
        for (idx_t row = 0; row < n; row++) put_first(row, n, labels + row * k, k);
    }

private:
    qk_rows view(idx_t n, const float *rows) const {
        qk_rows all{};
        all.values = rows;
        all.count = uint64_t(n);
        all.dimension = uint32_t(d);
        all.storage = QK_FLOAT32;
        all.metric = metric_type == faiss::METRIC_L2 ? QK_L2 : QK_INNER_PRODUCT;
        return all;
    }

    template <typename Body>
    void each_piece(idx_t n, const Body &body, idx_t k) const {
        Team team(work.thread_count, size_t((n + piece_size - 1) / piece_size));
        std::atomic<idx_t> next{0};
        team.run([&](int) {
            std::vector<float> distances(size_t(piece_size * k));
            for (idx_t first = next.fetch_add(piece_size); first < n; first = next.fetch_add(piece_size)) {
                body(first, std::min(piece_size, n - first), distances.data());
            }
        });
    }

    /// Moves `row` to the front, in the place of the last if it is not there, and gives places that are still free to the
    /// rows that follow it.
    static void put_first(idx_t row, idx_t n, idx_t *labels, idx_t k) {
        idx_t *const end = labels + k;
        idx_t *const own = std::min(std::find(labels, end, row), end - 1);
        std::rotate(labels, own, own + 1);
        labels[0] = row;
        idx_t next = row;
        for (idx_t *place = std::find(labels, end, -1); place != end; place++) {
            do next = (next + 1) % n; while (std::find(labels, place, next) != place);
            *place = next;
        }
    }

    faiss::Index &storage;
    const Work work;
};

}  // namespace

GivenNeighbours::GivenNeighbours(faiss::IndexNSG &nsg, int64_t row_count, const Work &work)
    : nsg(nsg), storage(nsg.storage), build_type(nsg.build_type), neighbours(nsg.GK), path_length(nsg.nsg.L),
      candidates(nsg.nsg.C), lent(new Neighbours(*nsg.storage, work)) {
    // FAISS divides by what is left of the rows beyond these, and counts on there being some.
    const int most = int(row_count) - 1;
    nsg.GK = std::min(nsg.GK, most);
    nsg.nsg.L = std::min(nsg.nsg.L, most);
    nsg.nsg.C = std::min(nsg.nsg.C, most);
    nsg.storage = lent.get();
    nsg.build_type = 0;
}

GivenNeighbours::~GivenNeighbours() {
    nsg.storage = storage;
    nsg.build_type = build_type;
    nsg.GK = neighbours;
    nsg.nsg.L = path_length;
    nsg.nsg.C = candidates;
}

}  // namespace cfaiss
