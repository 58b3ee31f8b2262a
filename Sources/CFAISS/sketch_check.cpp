#include "sketch_check.hpp"

#include "team.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

namespace cfaiss {
namespace {

constexpr size_t wanted_hits = 10, kept_hits = 20;

/// Rows of the pieces that are compared, and how many queries each lends: neighbours are looked for where the query is
/// from, too, so that rows that come sorted are compared as densely as they lie.
constexpr size_t most_pieces = 16, piece_rows = 1024, piece_queries = 16;

/// The share of the nearest that may be missed, and the share of queries that may miss more than two of ten.
constexpr double most_missed = 0.01, most_misled = 1.0 / 128;

struct Pieces {
    size_t first, step, count, rows;

    Pieces(size_t begin, size_t end) {
        const size_t size = end - begin;
        count = std::min(most_pieces, (size + piece_rows - 1) / piece_rows);
        rows = std::min(piece_rows, size / count);
        first = begin;
        step = count == 1 ? 0 : (size - rows) / (count - 1);
    }

    size_t begin(size_t piece) const { return first + piece * step; }
    size_t total() const { return count * rows; }
};

float nth_smallest(std::vector<float> values, size_t n) {
    std::nth_element(values.begin(), values.begin() + ptrdiff_t(n - 1), values.end());
    return values[n - 1];
}

/// How many of the nearest are found by sketches, given the distances of all candidates either way.
size_t found_by_sketches(const std::vector<float> &exact, const std::vector<float> &sketched) {
    const float wanted = nth_smallest(exact, wanted_hits), kept = nth_smallest(sketched, kept_hits);
    // Of those that sketches do not tell apart as many are found as there is room for.
    size_t found = 0, nearer = 0, tied = 0, found_tied = 0;
    for (size_t i = 0; i < exact.size(); i++) {
        nearer += sketched[i] < kept;
        tied += sketched[i] == kept;
        if (exact[i] > wanted) continue;
        found += sketched[i] < kept;
        found_tied += sketched[i] == kept;
    }
    if (tied > 0) found += found_tied * std::min(tied, kept_hits - nearer) / tied;
    return std::min(found, wanted_hits);
}

/// The misses of the queries of one piece.
struct Misses {
    size_t queries = 0, missed = 0, misled = 0;
};

Misses misses_of(
    const qk_rows &exact, const qk_rows &sketches, const float *origin, const Pieces &pieces, size_t piece) {
    const size_t d = exact.dimension, count = std::min(piece_queries, pieces.rows), total = pieces.total();
    const auto *values = static_cast<const float *>(exact.values);
    std::vector<float> queries(count * d), moved(count * d), norms(count, 1);
    std::vector<size_t> own(count);
    for (size_t i = 0; i < count; i++) {
        // The middle of each of `count` equal parts, moved a little, so that nothing regular in the rows is met.
        const size_t part = pieces.rows / count, place = i * part + i * 2654435761u % part;
        own[i] = piece * pieces.rows + place;
        const float *row = values + (pieces.begin(piece) + place) * d;
        std::copy(row, row + d, queries.begin() + ptrdiff_t(i * d));
        for (size_t j = 0; j < d; j++) moved[i * d + j] = exact.metric == QK_L2 ? row[j] - origin[j] : row[j];
    }
    std::vector<std::vector<float>> exactly(count, std::vector<float>(total)), roughly = exactly;
    std::vector<float> out(count * pieces.rows);
    for (size_t other = 0; other < pieces.count; other++) {
        for (const bool is_exact : {true, false}) {
            qk_distances_batch(
                is_exact ? &exact : &sketches, is_exact ? queries.data() : moved.data(), norms.data(), count,
                pieces.begin(other), pieces.rows, out.data());
            for (size_t i = 0; i < count; i++) {
                const float *row = out.data() + i * pieces.rows;
                std::copy(
                    row, row + pieces.rows,
                    (is_exact ? exactly : roughly)[i].begin() + ptrdiff_t(other * pieces.rows));
            }
        }
    }
    Misses misses{count, 0, 0};
    for (size_t i = 0; i < count; i++) {
        exactly[i][own[i]] = roughly[i][own[i]] = std::numeric_limits<float>::infinity();
        const size_t missed = wanted_hits - found_by_sketches(exactly[i], roughly[i]);
        misses.missed += missed;
        misses.misled += missed > 2;
    }
    return misses;
}

}  // namespace

bool are_sketches_faithful(
    const qk_rows &exact, const qk_rows &sketches, const float *origin, size_t first, int thread_count) {
    if (exact.count <= first + kept_hits) return true;
    const Pieces pieces(first, exact.count);
    Team team(thread_count, pieces.count);
    std::atomic<size_t> next{0};
    std::vector<Misses> misses(pieces.count);
    team.run([&](int) {
        for (size_t piece = next++; piece < pieces.count; piece = next++) {
            misses[piece] = misses_of(exact, sketches, origin, pieces, piece);
        }
    });
    Misses all;
    for (const Misses &of_piece : misses) {
        all.queries += of_piece.queries;
        all.missed += of_piece.missed;
        all.misled += of_piece.misled;
    }
    return double(all.missed) <= most_missed * double(all.queries * wanted_hits) &&
        double(all.misled) <= most_misled * double(all.queries);
}

}  // namespace cfaiss
