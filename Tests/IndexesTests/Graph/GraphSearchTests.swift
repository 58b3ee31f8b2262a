import Indexes
import TestSupport
import Testing

/// A graph over rows, owned: `index` is valid while the object lives.
final class StoredGraph {
    let stored: StoredRows
    let bytes: [UInt8]
    private let memory: UnsafeMutableRawBufferPointer
    let index: GraphIndex

    init(_ stored: StoredRows, _ parameters: GraphParameters = GraphParameters()) throws {
        self.stored = stored
        bytes = try GraphIndex.build(rows: stored.rows, parameters: parameters)
        memory = .allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        index = try GraphIndex(
            validating: UnsafeRawBufferPointer(memory),
            rowCount: stored.count
        )
    }

    deinit {
        memory.deallocate()
    }

    func search(
        _ query: Query,
        k: Int,
        efSearch: Int = GraphIndex.defaultEfSearch,
        excluding dead: RowSet? = nil
    ) throws -> [Neighbour] {
        var scratch = GraphSearchScratch()
        var nearest = Nearest(k: k)
        try index.search(
            stored.rows,
            query: query,
            efSearch: efSearch,
            excluding: dead,
            scratch: &scratch,
            into: &nearest
        )
        return nearest.sorted()
    }

    /// The share of the true `k` nearest that the graph finds.
    func recall(
        at k: Int,
        _ queries: [Query],
        efSearch: Int = GraphIndex.defaultEfSearch,
        excluding dead: RowSet? = nil
    ) throws -> Double {
        var scratch = GraphSearchScratch()
        var found = 0
        var expected = 0
        for query in queries {
            var exact = Nearest(k: k)
            try ExactIndex.search(stored.rows, query: query, excluding: dead, into: &exact)
            var nearest = Nearest(k: k)
            try index.search(
                stored.rows,
                query: query,
                efSearch: efSearch,
                excluding: dead,
                scratch: &scratch,
                into: &nearest
            )
            // A row as near as the last true one is as good.
            let bound = exact.bound
            found += nearest.sorted().count { $0.distance <= bound }
            expected += exact.count
        }
        return expected == 0 ? 1 : Double(found) / Double(expected)
    }
}

@Suite struct `Graph search` {
    static let dimension = 48
    static func queries(_ count: Int, _ metric: Metric, dimension: Int = dimension) -> [Query] {
        clusteredVectors(count: count, dimension: dimension, seed: 52).map {
            Query($0, metric: metric)
        }
    }

    @Test func `finds nearly all of the nearest rows of bits`() throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredBits(count: 4_000, dimension: 128, seed: 71),
                storage: .binary,
                metric: .hamming,
                dimension: 128
            )
        )
        let queries = clusteredBits(count: 50, dimension: 128, seed: 72).map {
            Query($0, metric: .hamming)
        }
        #expect(try graph.recall(at: 10, queries) > 0.95)
    }

    @Test(arguments: Storage.ofNumbers, Metric.ofNumbers)
    func `finds nearly all of the nearest, with the exact distances`(
        storage: Storage,
        metric: Metric
    ) throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: 2_000, dimension: Self.dimension, seed: 51),
                storage: storage,
                metric: metric,
                dimension: Self.dimension
            )
        )
        let queries = Self.queries(60, metric)
        #expect(try graph.recall(at: 10, queries) >= 0.95)
        for query in queries.prefix(10) {
            for neighbour in try graph.search(query, k: 10) {
                let distance = try graph.stored.rows.distance(from: query, to: Int(neighbour.row))
                #expect(neighbour.distance.bitPattern == distance.bitPattern)
            }
        }
        // A live row finds itself.
        if metric != .innerProduct {
            let decoded = graph.stored.decoded
            for row in stride(from: 0, to: 2_000, by: 97) {
                let found = try graph.search(Query(decoded[row], metric: metric), k: 1)
                #expect(found.first?.row == UInt32(row))
            }
        }
    }

    @Test(arguments: [0.1, 0.5, 0.8, 0.99, 1], [UInt64(53), 54])
    func `never finds dead rows and still finds the others`(share: Double, seed: UInt64) throws {
        let count = 3_000
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: count, dimension: Self.dimension, seed: seed),
                storage: .float32,
                metric: .l2,
                dimension: Self.dimension
            )
        )
        var random = SplitMix64(seed: seed)
        var dead = RowSet(capacity: count)
        for row in 0..<UInt32(count) where Double.random(in: 0..<1, using: &random) < share {
            dead.insert(row)
        }
        let queries = Self.queries(40, .l2)
        for query in queries {
            // efSearch of 10 walks the graph where the default would scan.
            for efSearch in [10, 64] {
                let found = try graph.search(query, k: 10, efSearch: efSearch, excluding: dead)
                #expect(found.count == min(10, count - dead.count))
                #expect(found.allSatisfy { !dead.contains($0.row) })
                #expect(Set(found.map(\.row)).count == found.count)
            }
        }
        #expect(try graph.recall(at: 10, queries, excluding: dead) >= 0.95)
        // Few enough candidates that even half of the rows are walked to.
        let isWalked = !GraphIndex.isScanCheaper(
            live: count - dead.count,
            of: count,
            efSearch: 30
        )
        #expect(isWalked == (share <= 0.5))
        #expect(try graph.recall(at: 10, queries, efSearch: 30, excluding: dead) >= 0.95)
    }

    @Test(arguments: [0, 1, 2, 3, 33, 100])
    func `of few rows finds all of them`(count: Int) throws {
        for metric in Metric.ofNumbers {
            let vectors = clusteredVectors(count: count, dimension: 5, seed: 55)
            let stored = StoredRows(vectors, storage: .float32, metric: metric, dimension: 5)
            let graph = try StoredGraph(stored)
            let query = Query([1, -1, 0.5, 0.25, 2], metric: metric)
            for k in [0, 1, 10, 1_000] {
                #expect(
                    try graph.search(query, k: k) == nearestByBruteForce(stored.rows, query, k: k)
                )
            }
        }
    }

    @Test func `with k above efSearch finds k rows`() throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: 3_000, dimension: 16, seed: 56),
                storage: .float16,
                metric: .l2,
                dimension: 16
            )
        )
        let query = Self.queries(1, .l2, dimension: 16)[0]
        #expect(!GraphIndex.isScanCheaper(live: 3_000, of: 3_000, efSearch: 100))
        #expect(try graph.search(query, k: 100, efSearch: 4).count == 100)
        #expect(try graph.search(query, k: 5_000, efSearch: 4).count == 3_000)
    }

    @Test(arguments: Metric.ofNumbers)
    func `reaches every one of many equal rows`(metric: Metric) throws {
        // Four heaps of equal rows, each far larger than a list of links.
        let centres = clusteredVectors(count: 4, dimension: 12, seed: 57)
        let vectors = (0..<2_000).map { centres[$0 % 4] }
        let stored = StoredRows(vectors, storage: .float32, metric: metric, dimension: 12)
        let graph = try StoredGraph(stored)
        for centre in centres {
            let query = Query(centre, metric: metric)
            // Only equal rows are as near as the nearest.
            let best = try nearestByBruteForce(stored.rows, query, k: 1)[0].distance
            let found = try graph.search(query, k: 20)
            #expect(found.count == 20)
            #expect(found.allSatisfy { $0.distance == best })
        }
    }

    @Test func `with one scratch over graphs of different sizes stays right`() throws {
        var scratch = GraphSearchScratch()
        let graphs = try [300, 4_000, 1_200].map { count in
            try StoredGraph(
                StoredRows(
                    clusteredVectors(count: count, dimension: 16, seed: 58),
                    storage: .int8,
                    metric: .cosine,
                    dimension: 16
                ),
                GraphParameters(M: count == 1_200 ? 32 : 16)
            )
        }
        for query in Self.queries(5, .cosine, dimension: 16) {
            for graph in graphs + graphs.reversed() {
                var nearest = Nearest(k: 5)
                try graph.index.search(
                    graph.stored.rows,
                    query: query,
                    efSearch: 20,
                    scratch: &scratch,
                    into: &nearest
                )
                #expect(nearest.sorted() == (try graph.search(query, k: 5, efSearch: 20)))
            }
        }
    }

    @Test func `stops when it is cancelled`() throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: 4_000, dimension: 16, seed: 59),
                storage: .float32,
                metric: .l2,
                dimension: 16
            )
        )
        var scratch = GraphSearchScratch()
        var nearest = Nearest(k: 200)
        #expect(throws: IndexError.cancelled) {
            try graph.index.search(
                graph.stored.rows,
                query: Self.queries(1, .l2, dimension: 16)[0],
                scratch: &scratch,
                cancelled: { true },
                into: &nearest
            )
        }
    }

    @Test func `goes past a row that is absent, and finds its neighbours all the same`() throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: 4_000, dimension: 16, seed: 61),
                storage: .float32,
                metric: .l2,
                dimension: 16
            )
        )
        let rows = graph.stored.rows
        var scratch = GraphSearchScratch()
        var (common, wanted) = (0, 0)
        for row in stride(from: UInt32(1), to: 4_000, by: 97) {
            let query = Query(rows.decoded(Int(row)), metric: .l2)
            var nearest = Nearest(k: 10)
            let answer = try graph.index.search(
                rows,
                query: query,
                absent: row,
                scratch: &scratch,
                into: &nearest
            )
            #expect(answer.method == .walk && (10...4_000).contains(answer.distanceCount))
            let found = Set(nearest.sorted().map(\.row))
            // A walk that begins there measures it.
            if found.contains(row) { continue }
            var truth = Nearest(k: 10)
            var own = RowSet()
            own.insert(row)
            try ExactIndex.search(rows, query: query, excluding: own, into: &truth)
            common += truth.sorted().count { found.contains($0.row) }
            wanted += 10
            // The next search finds it again.
            var again = Nearest(k: 1)
            try graph.index.search(rows, query: query, scratch: &scratch, into: &again)
            #expect(again.sorted().first?.row == row)
        }
        #expect(wanted >= 400 && Double(common) >= 0.97 * Double(wanted))
    }

    @Test func `refuses rows and queries that are not the graph's`() throws {
        let graph = try StoredGraph(
            StoredRows(
                clusteredVectors(count: 50, dimension: 4, seed: 60),
                storage: .float32,
                metric: .l2,
                dimension: 4
            )
        )
        let fewer = StoredRows(
            clusteredVectors(count: 49, dimension: 4, seed: 60),
            storage: .float32,
            metric: .l2,
            dimension: 4
        )
        var scratch = GraphSearchScratch()
        var nearest = Nearest(k: 2)
        #expect(throws: IndexError.rowCountMismatch(.graph, expected: 49, found: 50)) {
            try graph.index.search(
                fewer.rows,
                query: Query([1, 2, 3, 4], metric: .l2),
                scratch: &scratch,
                into: &nearest
            )
        }
        #expect(throws: IndexError.dimensionMismatch(expected: 4, found: 1)) {
            try graph.search(Query([1], metric: .l2), k: 1)
        }
        #expect(throws: IndexError.metricMismatch(expected: .l2, found: .innerProduct)) {
            try graph.search(Query([1, 2, 3, 4], metric: .innerProduct), k: 1)
        }
    }

    /// The share of rows that the filter lets through.
    @Test(arguments: [0.2, 0.5])
    func `rows that count are found where what is near to the query does not`(share: Double) throws
    {
        let (count, dimension) = (6_000, 24)
        var random = SplitMix64(seed: 91)
        func vector() -> [Float] {
            (0..<dimension).map { _ in
                (0..<6).reduce(0) { sum, _ in sum + Float.random(in: -1...1, using: &random) }
            }
        }
        let vectors = (0..<count).map { _ in vector() }
        let graph = try StoredGraph(
            StoredRows(vectors, storage: .float32, metric: .l2, dimension: dimension)
        )
        let allowedCount = Int(Double(count) * share)
        var scratch = GraphSearchScratch()
        /// The share of the true nearest that is found, and how often the rows were compared one by one.
        func found(_ excluded: (_ place: Int) -> Bool) throws -> (recall: Double, scans: Int) {
            var (hits, scans) = (0, 0)
            for _ in 0..<40 {
                // Beyond all rows, in a direction of its own.
                let query = vector().map { 2 * $0 }
                let order = vectors.indices.sorted { one, other in
                    zip(vectors[one], query).reduce(0) { $0 + $1.0 * $1.1 }
                        > zip(vectors[other], query).reduce(0) { $0 + $1.0 * $1.1 }
                }
                var dead = RowSet()
                for (place, row) in order.enumerated() where excluded(place) {
                    dead.insert(UInt32(row))
                }
                let prepared = Query(query, metric: .l2)
                var exact = Nearest(k: 10)
                try ExactIndex.search(
                    graph.stored.rows,
                    query: prepared,
                    excluding: dead,
                    into: &exact
                )
                var nearest = Nearest(k: 10)
                let answer = try graph.index.search(
                    graph.stored.rows,
                    query: prepared,
                    efSearch: 10,
                    excluding: dead,
                    selecting: true,
                    scratch: &scratch,
                    into: &nearest
                )
                scans += answer.method == .scan ? 1 : 0
                let rows = Set(exact.sorted().map(\.row))
                hits += nearest.sorted().count { rows.contains($0.row) }
            }
            return (Double(hits) / 400, scans)
        }
        let far = try found { $0 < count - allowedCount }
        #expect(far.recall > 0.95)
        #expect(far.scans > 30)
        // Where the filter has nothing to do with the query, a walk is not given up.
        let step = count / allowedCount
        let unrelated = try found { !$0.isMultiple(of: step) }
        #expect(unrelated.scans < 8)
    }
}
