import Indexes
import TestSupport
import Testing

/// The obvious way: every live row's distance, sorted.
func nearestByBruteForce(
    _ rows: Rows,
    _ query: Query,
    k: Int,
    excluding dead: RowSet? = nil
) throws -> [Neighbour] {
    var all: [Neighbour] = []
    for row in 0..<rows.count where !(dead?.contains(UInt32(row)) ?? false) {
        let distance = try rows.distance(from: query, to: row)
        all.append(Neighbour(row: UInt32(row), distance: distance))
    }
    all.sort { ($0.distance, $0.row) < ($1.distance, $1.row) }
    return Array(all.prefix(k))
}

@Suite struct `Exact search` {
    @Test(arguments: Storage.ofNumbers, Metric.ofNumbers)
    func `finds what sorting all distances finds`(storage: Storage, metric: Metric) throws {
        var random = SplitMix64(seed: 31)
        // Few distinct rows, so that ties are many.
        let distinct = clusteredVectors(count: 40, dimension: 19, seed: 32)
        let vectors = (0..<700).map { _ in distinct[Int.random(in: 0..<40, using: &random)] }
        let stored = StoredRows(vectors, storage: storage, metric: metric, dimension: 19)
        let queries = clusteredVectors(count: 5, dimension: 19, seed: 33).map {
            Query($0, metric: metric)
        }
        for deadShare in [0.0, 0.3, 0.95, 1] {
            var dead = RowSet(capacity: 700)
            for row in 0..<UInt32(700)
            where Double.random(in: 0..<1, using: &random) < deadShare { dead.insert(row) }
            for k in [1, 10, 699, 5_000] {
                var nearest = queries.map { _ in Nearest(k: k) }
                try ExactIndex.search(
                    stored.rows,
                    queries: queries,
                    excluding: dead,
                    into: &nearest
                )
                for (query, found) in zip(queries, nearest) {
                    #expect(
                        try found.sorted()
                            == nearestByBruteForce(stored.rows, query, k: k, excluding: dead)
                    )
                }
            }
        }
    }

    /// More rows than a block has, among many that are dead.
    @Test(arguments: [1, 2, 3, 7])
    func `finds live rows that lie together`(spacing: Int) throws {
        let count = 9_000
        let vectors = clusteredVectors(count: count, dimension: 64, seed: 35)
        let stored = StoredRows(vectors, storage: .float32, metric: .l2, dimension: 64)
        let queries = vectors[..<9].map { Query($0, metric: .l2) }
        var dead = RowSet().complement(below: count)
        for row in stride(from: 3_001, to: 3_001 + spacing * 1_500, by: spacing)
        where row < count { dead.remove(UInt32(row)) }
        var nearest = queries.map { _ in Nearest(k: 20) }
        try ExactIndex.search(stored.rows, queries: queries, excluding: dead, into: &nearest)
        for (query, found) in zip(queries, nearest) {
            #expect(
                try found.sorted()
                    == nearestByBruteForce(stored.rows, query, k: 20, excluding: dead)
            )
        }
    }

    /// One block, several, and none.
    @Test(arguments: [0, 1, 40, 1_024, 3_000])
    func `finds the same among rows that are listed as among those that are left`(count: Int) throws
    {
        var random = SplitMix64(seed: 36)
        let stored = StoredRows(
            clusteredVectors(count: 5_000, dimension: 24, seed: 37),
            storage: .float32,
            metric: .cosine,
            dimension: 24
        )
        let listed = (0..<UInt32(5_000)).shuffled(using: &random).prefix(count).sorted()
        var dead = RowSet().complement(below: 5_000)
        for row in listed { dead.remove(row) }
        let queries = clusteredVectors(count: 11, dimension: 24, seed: 38).map {
            Query($0, metric: .cosine)
        }
        var nearest = queries.map { _ in Nearest(k: 20) }
        try ExactIndex.search(stored.rows, listed: listed, queries: queries, into: &nearest)
        for (query, found) in zip(queries, nearest) {
            #expect(
                try found.sorted()
                    == nearestByBruteForce(stored.rows, query, k: 20, excluding: dead)
            )
        }
        if count > 0 {
            #expect(throws: IndexError.cancelled) {
                var one = Nearest(k: 1)
                try ExactIndex.search(
                    stored.rows,
                    query: queries[0],
                    listed: listed,
                    cancelled: { true },
                    into: &one
                )
            }
        }
    }

    @Test func `in pieces finds the same as in one`() throws {
        let stored = StoredRows(
            clusteredVectors(count: 3_000, dimension: 64, seed: 34),
            storage: .float16,
            metric: .cosine,
            dimension: 64
        )
        let query = Query(clusteredVectors(count: 1, dimension: 64, seed: 35)[0], metric: .cosine)
        var whole = Nearest(k: 25)
        try ExactIndex.search(stored.rows, query: query, into: &whole)
        var pieces = [Nearest(k: 25)]
        for range in [1_700..<3_000, 0..<1, 1..<1_700, 9..<9] {
            try ExactIndex.search(stored.rows, range: range, queries: [query], into: &pieces)
        }
        #expect(pieces[0].sorted() == whole.sorted())
    }

    @Test func `of no rows finds nothing`() throws {
        let stored = StoredRows([], storage: .float32, metric: .l2, dimension: 3)
        var nearest = Nearest(k: 4)
        try ExactIndex.search(stored.rows, query: Query([1, 2, 3], metric: .l2), into: &nearest)
        #expect(nearest.sorted().isEmpty)
    }

    @Test func `stops when it is cancelled`() {
        let stored = StoredRows(
            clusteredVectors(count: 6_000, dimension: 32, seed: 36),
            storage: .float32,
            metric: .l2,
            dimension: 32
        )
        let query = Query([Float](repeating: 0, count: 32), metric: .l2)
        var asked = 0
        var nearest = Nearest(k: 3)
        #expect(throws: IndexError.cancelled) {
            try ExactIndex.search(
                stored.rows,
                query: query,
                cancelled: {
                    asked += 1
                    return asked == 3
                },
                into: &nearest
            )
        }
        #expect(nearest.count == 3)
    }

    @Test func `refuses queries for other rows`() {
        let stored = StoredRows([[1, 2]], storage: .float32, metric: .l2, dimension: 2)
        var nearest = Nearest(k: 3)
        #expect(throws: IndexError.dimensionMismatch(expected: 2, found: 3)) {
            try ExactIndex.search(
                stored.rows,
                query: Query([1, 2, 3], metric: .l2),
                into: &nearest
            )
        }
        #expect(throws: IndexError.metricMismatch(expected: .l2, found: .cosine)) {
            try ExactIndex.search(
                stored.rows,
                query: Query([1, 2], metric: .cosine),
                into: &nearest
            )
        }
    }
}
