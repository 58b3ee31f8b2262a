#include "graph_builder.hpp"

#include "guarded.hpp"
#include "team.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

namespace cfaiss {
namespace {

constexpr size_t report_every = 1024;

/// A link that a row of the batch has chosen.
struct Link {
    uint32_t target;
    int level;
    float distance;
};

/// A row that wants to be linked from another.
struct BackLink {
    uint32_t row;
    float distance;
    int level;
    int32_t next; // the next one of the same target, -1 at the end
    uint32_t target;
};

/// The order of insertion of the rows from `first` on: from the highest level to the lowest, so that the upper levels
/// are there when the many come, and shuffled inside a level, so that rows which arrived sorted do not make a
/// lopsided graph.
std::vector<uint32_t> insertion_order(const std::vector<int> &levels, size_t first, uint32_t seed) {
    int highest = 0;
    for (size_t row = first; row < levels.size(); row++) highest = std::max(highest, levels[row]);
    std::vector<size_t> starts(size_t(highest) + 2, 0);
    for (size_t row = first; row < levels.size(); row++) starts[size_t(highest - levels[row]) + 1]++;
    for (size_t i = 1; i < starts.size(); i++) starts[i] += starts[i - 1];

    std::vector<uint32_t> order(levels.size() - first);
    std::vector<size_t> next(starts.begin(), starts.end() - 1);
    for (size_t row = first; row < levels.size(); row++) {
        order[next[size_t(highest - levels[row])]++] = uint32_t(row);
    }
    faiss::RandomGenerator random{int64_t(seed)};
    for (size_t level = 0; level + 1 < starts.size(); level++) {
        for (size_t i = starts[level]; i < starts[level + 1]; i++) {
            std::swap(order[i], order[i + size_t(random.rand_int(int(starts[level + 1] - i)))]);
        }
    }
    return order;
}

/// What one thread works with.
struct Worker {
    explicit Worker(std::unique_ptr<BuildDistances> distances) : rows(std::move(distances)) {}
    ~Worker() { qk_walk_release(&scratch); }
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    std::unique_ptr<BuildDistances> rows;
    qk_walk_scratch scratch{};
    std::vector<BackLink> back_links;
    std::vector<uint32_t> targets;
    std::vector<qk_candidate> candidates;
    std::vector<uint32_t> numbers;
    std::vector<float> distances;
};

class Builder {
public:
    /// For rows from `first` up to `count`.
    Builder(faiss::HNSW &graph, size_t first, size_t count, const BuildDistancesMaker &maker, int thread_count)
        : graph(graph), team(thread_count, std::min(count - first, largest_batch(count))), heads(count, -1) {
        for (int i = 0; i < team.count(); i++) workers.push_back(std::make_unique<Worker>(maker()));
    }

    void link(const std::vector<uint32_t> &order, size_t linked, const Work &work) {
        for (size_t done = 0; done < order.size();) {
            const size_t size = batch_size(order, done, linked + done);
            link_batch(order.data() + done, size);
            done += size;
            const bool report = done % report_every == 0 || done == order.size();
            if (report && work.progress != nullptr && work.progress(work.context, done, order.size()) != 0) {
                throw Failure{CFAISS_CANCELLED, "cancelled"};
            }
        }
    }

private:
    int level_of(uint32_t row) const { return graph.levels[row] - 1; }

    /// Rows that are linked together when so many are linked already.
    static size_t largest_batch(size_t linked) { return std::clamp<size_t>(linked / 128, 1, report_every); }

    size_t batch_size(const std::vector<uint32_t> &order, size_t done, size_t linked) const {
        // A row above all others changes where every later search begins.
        if (level_of(order[done]) > graph.max_level) return 1;
        const size_t size = largest_batch(linked);
        // Never across a report.
        return std::min({size, report_every - done % report_every, order.size() - done});
    }

    void link_batch(const uint32_t *rows, size_t size) {
        if (chosen.size() < size) chosen.resize(size);
        if (graph.entry_point >= 0) {
            view = *links_of(graph);
            std::atomic<size_t> next{0};
            run(size, [&](Worker &worker, int) {
                for (size_t i = next++; i < size; i = next++) choose_links(worker, rows[i], chosen[i]);
            });
            run(size, [&](Worker &worker, int number) { link_back(worker, number, rows, size); });
        }
        if (level_of(rows[0]) > graph.max_level) {
            graph.max_level = level_of(rows[0]);
            graph.entry_point = int32_t(rows[0]);
        }
    }

    /// Few rows are not worth waking the others for.
    template <typename Body>
    void run(size_t size, const Body &body) {
        participants = size < 4 ? 1 : team.count();
        if (participants == 1) {
            body(*workers[0], 0);
        } else {
            team.run([&](int number) { body(*workers[size_t(number)], number); });
        }
    }

    /// Finds `row`'s links on each of its levels that the graph has, and writes them into the graph: nobody reads
    /// them before a row links back.
    void choose_links(Worker &worker, uint32_t row, std::vector<Link> &links) {
        links.clear();
        const size_t ef = size_t(std::max(1, graph.efConstruction));
        const qk_walk_conditions conditions{};
        for (int level = std::min(level_of(row), graph.max_level); level >= 0; level--) {
            if (!qk_walk_reserve(&worker.scratch, &view, ef, false)) throw std::bad_alloc();
            worker.rows->set_row(row);
            const qk_walk_distances source = worker.rows->walk_source();
            qk_walk(&view, &source, uint32_t(level), ef, &conditions, &worker.scratch);
            worker.rows->refine(&worker.scratch);
            const size_t found = worker.scratch.pool_count;
            worker.candidates.assign(worker.scratch.pool, worker.scratch.pool + found);
            const size_t capacity = size_t(graph.nb_neighbors(level));
            if (found >= capacity) choose(worker, capacity);
            write(row, level, worker.candidates);
            for (const qk_candidate candidate : worker.candidates) {
                links.push_back({qk_candidate_row(candidate), level, qk_candidate_distance(candidate)});
            }
        }
    }

    /// Of `worker.candidates`, which are sorted, keeps at most `most`: from the nearest on each that is no nearer to one
    /// kept before it than to the row itself (algorithm 4).
    void choose(Worker &worker, size_t most) {
        std::vector<qk_candidate> &candidates = worker.candidates;
        worker.numbers.resize(candidates.size());
        worker.distances.resize(candidates.size());
        size_t kept = 0, end = candidates.size();
        while (kept < end && kept < most) {
            // All that are left are compared with the one kept now.
            const qk_candidate nearest = candidates[kept++];
            const size_t left = end - kept;
            if (left == 0 || kept == most) break;
            for (size_t i = 0; i < left; i++) worker.numbers[i] = qk_candidate_row(candidates[kept + i]);
            worker.rows->set_row(qk_candidate_row(nearest));
            const qk_walk_distances source = worker.rows->source();
            source.distances(source.context, worker.numbers.data(), left, worker.distances.data());
            size_t stays = kept;
            for (size_t i = 0; i < left; i++) {
                candidates[stays] = candidates[kept + i];
                stays += !(worker.distances[i] < qk_candidate_distance(candidates[stays]));
            }
            end = stays;
        }
        candidates.resize(kept);
    }

    int32_t *list(uint32_t row, int level) const {
        return graph.neighbors.data() + graph.offsets[row] + size_t(graph.cum_nb_neighbors(level));
    }

    void write(uint32_t row, int level, const std::vector<qk_candidate> &links) {
        int32_t *place = list(row, level), *end = place + graph.nb_neighbors(level);
        for (const qk_candidate link : links) *place++ = int32_t(qk_candidate_row(link));
        std::fill(place, end, -1);
    }

    /// Gives the rows that thread `number` is responsible for their new links.
    void link_back(Worker &worker, int number, const uint32_t *rows, size_t size) {
        int highest = -1;
        worker.back_links.clear();
        for (size_t i = 0; i < size; i++) {
            for (const Link &link : chosen[i]) {
                if (int(link.target % uint32_t(participants)) != number) continue;
                worker.back_links.push_back({rows[i], link.distance, link.level, -1, link.target});
                highest = std::max(highest, link.level);
            }
        }
        for (int level = 0; level <= highest; level++) {
            // Backwards, so that a target's first link becomes the head of its chain.
            worker.targets.clear();
            for (size_t i = worker.back_links.size(); i-- > 0;) {
                BackLink &link = worker.back_links[i];
                if (link.level != level) continue;
                int32_t &head = heads[link.target];
                if (head < 0) worker.targets.push_back(link.target);
                link.next = head;
                head = int32_t(i);
            }
            for (size_t i = 0; i < worker.targets.size(); i++) {
                if (i + 4 < worker.targets.size()) __builtin_prefetch(list(worker.targets[i + 4], level));
                take_links(worker, worker.targets[i], level);
            }
        }
    }

    void take_links(Worker &worker, uint32_t target, int level) {
        int32_t *links = list(target, level);
        const size_t capacity = size_t(graph.nb_neighbors(level));
        size_t size = 0;
        while (size < capacity && links[size] >= 0) size++;
        int32_t link = heads[target];
        heads[target] = -1;
        for (; link >= 0 && size < capacity; link = worker.back_links[size_t(link)].next) {
            links[size++] = int32_t(worker.back_links[size_t(link)].row);
        }
        if (link < 0) return;
        // They fight it out: those in the list, and those that found no room.
        std::vector<qk_candidate> &candidates = worker.candidates;
        worker.distances.resize(size);
        worker.rows->set_row(target);
        const qk_walk_distances source = worker.rows->source();
        const auto *numbers = reinterpret_cast<const uint32_t *>(links);
        source.distances(source.context, numbers, size, worker.distances.data());
        candidates.clear();
        for (size_t i = 0; i < size; i++) {
            candidates.push_back(qk_candidate_of(worker.distances[i], numbers[i]));
        }
        for (; link >= 0; link = worker.back_links[size_t(link)].next) {
            const BackLink &back = worker.back_links[size_t(link)];
            candidates.push_back(qk_candidate_of(back.distance, back.row));
        }
        std::sort(candidates.begin(), candidates.end());
        choose(worker, capacity);
        write(target, level, candidates);
    }

    faiss::HNSW &graph;
    Team team;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::vector<Link>> chosen; // by each row of the batch
    std::vector<int32_t> heads;            // of the chains of back links, by target
    qk_graph view{};
    int participants = 1;
};

/// Takes the rows from `count` on out of the graph.
void unlink(faiss::HNSW &graph, size_t count, int32_t entry_point, int max_level) {
    graph.entry_point = entry_point;
    graph.max_level = max_level;
    if (graph.offsets.size() <= count) return;
    graph.neighbors.resize(graph.offsets[count]);
    graph.levels.resize(count);
    graph.offsets.resize(count + 1);
    for (size_t row = 0; row < count; row++) {
        for (int level = 0; level < graph.levels[row]; level++) {
            size_t begin, end;
            graph.neighbor_range(int64_t(row), level, &begin, &end);
            int32_t *first = graph.neighbors.data() + begin, *last = graph.neighbors.data() + end;
            int32_t *kept = std::remove_if(first, last, [&](int32_t link) { return link >= int64_t(count); });
            std::fill(kept, last, -1);
        }
    }
}

}  // namespace

std::optional<qk_graph> links_of(const faiss::HNSW &hnsw) {
    static_assert(sizeof(faiss::HNSW::storage_idx_t) == sizeof(uint32_t) && sizeof(size_t) == sizeof(uint64_t));
    const int width = hnsw.nb_neighbors(0), upper_width = hnsw.nb_neighbors(1);
    if (width < 1 || upper_width < 1 || width > QK_WALK_MOST_LINKS || upper_width > QK_WALK_MOST_LINKS) {
        return std::nullopt;
    }
    for (int level = 2; level <= hnsw.max_level; level++) {
        if (hnsw.nb_neighbors(level) != upper_width) return std::nullopt;
    }
    const auto row_count = int64_t(hnsw.levels.size());
    const bool has_entry = hnsw.entry_point >= 0 && hnsw.entry_point < row_count;
    if (row_count > 0 ? !has_entry : hnsw.entry_point != -1) return std::nullopt;
    qk_graph graph{};
    graph.links = reinterpret_cast<const uint32_t *>(hnsw.neighbors.data());
    graph.offsets = reinterpret_cast<const uint64_t *>(hnsw.offsets.data());
    graph.row_count = hnsw.levels.size();
    graph.width = uint32_t(width);
    graph.upper_width = uint32_t(upper_width);
    graph.top_level = uint32_t(std::max(0, hnsw.max_level));
    graph.entry = uint32_t(hnsw.entry_point);
    return graph;
}

void link_rows(
    faiss::HNSW &graph, size_t first, size_t count, uint32_t order_seed, const BuildDistancesMaker &maker,
    const Work &work) {
    const int32_t entry_point = graph.entry_point;
    const int max_level = graph.max_level;
    const faiss::RandomGenerator random = graph.rng;
    try {
        graph.prepare_level_tab(count - first, graph.levels.size() == count);
        const std::vector<uint32_t> order = insertion_order(graph.levels, first, order_seed);
        Builder builder(graph, first, count, maker, work.thread_count);
        builder.link(order, first, work);
    } catch (...) {
        unlink(graph, first, entry_point, max_level);
        graph.rng = random;
        throw;
    }
}

}  // namespace cfaiss
