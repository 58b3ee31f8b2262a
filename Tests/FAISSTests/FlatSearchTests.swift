import FAISS
import TestSupport
import Testing

private func random(_ count: Int, around centre: Float = 0, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in centre + Float.random(in: -1...1, using: &random) }
}

private func flat(_ rows: [Float], dimension: Int, _ metric: Metric) throws -> Index {
    var index = try Index(dimension: dimension, factory: "Flat", metric: metric)
    try index.add(rows)
    return index
}

/// Each query's hits when it is asked alone.
private func alone(
    _ queries: [Float],
    dimension: Int,
    k: Int,
    in index: borrowing Index,
    parameters: SearchParameters = SearchParameters()
) throws -> [[(label: Int64, distance: Float)]] {
    try stride(from: 0, to: queries.count, by: dimension).map { first in
        let query = Array(queries[first..<first + dimension])
        let result = try index.search(query, k: k, parameters: parameters)
        return Array(zip(result.labels(of: 0), result.distances(of: 0)))
    }
}

private func expectSame(
    _ result: SearchResult,
    _ expected: [[(label: Int64, distance: Float)]],
    _ comment: String
) {
    for (query, hits) in expected.enumerated() {
        #expect(Array(result.labels(of: query)) == hits.map(\.label), "\(comment) query \(query)")
        #expect(
            result.distances(of: query).map(\.bitPattern) == hits.map(\.distance.bitPattern),
            "\(comment) query \(query)"
        )
    }
}

@Suite struct `A flat index` {
    /// 1,024 is where rows share their place in the cache and are copied.
    @Test(arguments: [1, 2, 7, 20, 64, 130, 1_024], Metric.allCases)
    func `answers a batch as it answers each query`(dimension: Int, metric: Metric) throws {
        let rows = random(700 * dimension, seed: 1)
        let index = try flat(rows, dimension: dimension, metric)
        let queries = random(70 * dimension, seed: 2)
        for k in [1, 10, 300] {
            let expected = try alone(queries, dimension: dimension, k: k, in: index)
            for (count, threadCount) in [(2, 1), (4, 1), (17, 1), (33, 2), (70, 1), (70, 3)] {
                let asked = Array(queries.prefix(count * dimension))
                let result = try index.search(asked, k: k, threadCount: threadCount)
                expectSame(result, Array(expected.prefix(count)), "k \(k), \(count) queries")
            }
        }
    }

    /// |x|² + |y|² − 2xy has no right digit left here.
    @Test func `answers a batch as it answers each query far from the origin`() throws {
        let rows = random(500 * 48, around: 4_000, seed: 3)
        let index = try flat(rows, dimension: 48, .l2)
        let queries = random(40 * 48, around: 4_000, seed: 4)
        let expected = try alone(queries, dimension: 48, k: 10, in: index)
        expectSame(try index.search(queries, k: 10), expected, "far away")
    }

    @Test func `answers a batch of tiny and of huge numbers`() throws {
        for scale: Float in [1e-30, 1e-22, 1e14] {
            let rows = random(500 * 16, seed: 5).map { $0 * scale }
            let queries = random(40 * 16, seed: 6).map { $0 * scale }
            for metric in Metric.allCases {
                let index = try flat(rows, dimension: 16, metric)
                let expected = try alone(queries, dimension: 16, k: 10, in: index)
                expectSame(try index.search(queries, k: 10), expected, "\(scale)")
            }
        }
    }

    @Test(arguments: Metric.allCases, [1, 50])
    func `finds what double precision finds`(metric: Metric, queryCount: Int) throws {
        let rows = ClusteredRows(count: 2_000, dimension: 33, seed: 7)
        let queries = ClusteredRows(count: queryCount, dimension: 33, seed: 8)
        let truth = GroundTruth(k: 10, queries: queries, among: rows)
        let index = try flat(rows.values, dimension: 33, metric)
        let result = try index.search(queries.values, k: 10)
        for query in 0..<queryCount {
            let exact = truth.hits(of: query, metric)
            #expect(Array(result.labels(of: query)) == exact.map(\.label))
            for (found, exact) in zip(result.distances(of: query), exact) {
                // Float32 sums of 33 terms of size 1.
                #expect(abs(Double(found) - exact.distance) < 2e-5)
            }
        }
    }

    @Test(arguments: Metric.allCases, [1, 20])
    func `puts equal rows in the order of their labels`(metric: Metric, queryCount: Int) throws {
        let row = random(24, seed: 9)
        let rows = (0..<100).flatMap { _ in row }
        let index = try flat(rows, dimension: 24, metric)
        let queries = random(queryCount * 24, seed: 10)
        let result = try index.search(queries, k: 30, threadCount: 2)
        for query in 0..<queryCount {
            #expect(Array(result.labels(of: query)) == Array(0..<30))
        }
    }

    @Test(arguments: Metric.allCases, [1, 5, 40])
    func `finds selected rows alone`(metric: Metric, queryCount: Int) throws {
        let rows = random(900 * 12, seed: 11)
        let index = try flat(rows, dimension: 12, metric)
        let queries = random(queryCount * 12, seed: 12)
        let all = try index.search(queries, k: 900)
        let third = (0..<900).filter { $0 % 3 == 1 }.map(Int64.init)
        let selections: [(Selector, (Int64) -> Bool)] = [
            (try Selector(100..<700), { (100..<700).contains($0) }),
            (try Selector(labels: third), { $0 % 3 == 1 }),
            (try Selector(labels: [899]), { $0 == 899 }),
            (try Selector(900..<901), { _ in false }),
        ]
        for (selector, selects) in selections {
            let parameters = SearchParameters(selector: selector)
            let result = try index.search(queries, k: 10, parameters: parameters, threadCount: 2)
            for query in 0..<queryCount {
                let hits = zip(all.labels(of: query), all.distances(of: query))
                    .filter { selects($0.0) }.prefix(10)
                #expect(Array(result.labels(of: query)) == hits.map(\.0))
                #expect(Array(result.distances(of: query)) == hits.map(\.1))
            }
        }
    }
}

@Suite struct `An IVF,Flat index` {
    private static let rows = ClusteredRows(count: 3_000, dimension: 20, seed: 21)
    private static let queries = ClusteredRows(count: 30, dimension: 20, seed: 22)

    @Test(arguments: ["IVF32,Flat", "IVF16,Flat"], Metric.allCases)
    func `that visits all lists answers as a flat one`(factory: String, metric: Metric) throws {
        let index = try filled(factory, Self.rows, metric)
        let exact = try filled("Flat", Self.rows, metric).search(Self.queries.values, k: 10)
        let all = SearchParameters(nprobe: 32)
        let result = try index.search(Self.queries.values, k: 10, parameters: all)
        #expect(result == exact)
    }

    @Test func `finds each row in the list where it was put`() throws {
        let index = try filled("IVF32,Flat", Self.rows, .l2)
        let result = try index.search(
            Self.rows.values,
            k: 1,
            parameters: SearchParameters(nprobe: 1)
        )
        #expect(result.labels == Array(0..<3_000))
        #expect(result.distances.allSatisfy { $0 == 0 })
    }

    @Test(
        arguments: [
            "IVF32,Flat", "IVF32_HNSW8,Flat", "IVF16,SQ8", "IVF16,PQ5x4fs", "OPQ5,IVF16,PQ5",
        ],
        Metric.allCases
    )
    func `is the same whatever the number of threads`(factory: String, metric: Metric) throws {
        func built(threadCount: Int) throws -> [UInt8] {
            var index = try Index(dimension: 20, factory: factory, metric: metric)
            let rows = Self.rows.values
            try index.train(rows.span, threadCount: threadCount)
            try index.add(rows.span, threadCount: threadCount)
            return try index.serialized()
        }
        let one = try built(threadCount: 1)
        #expect(try built(threadCount: 2) == one)
        #expect(try built(threadCount: 5) == one)
    }
}
