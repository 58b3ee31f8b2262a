import FAISS
import TestSupport
import Testing
import Threads

private let rows = ClusteredRows(count: 3_000, dimension: 20, seed: 11)
private let queries = ClusteredRows(count: 60, dimension: 20, seed: 12)
private let truth = GroundTruth(k: 10, queries: queries, among: rows)

/// Parameters from careless to thorough for each kind that has some.
private let sweeps: [(factory: String, sweep: [SearchParameters])] = [
    ("IVF32,Flat", [1, 4, 32].map { SearchParameters(nprobe: $0) }),
    ("IVF32,SQ8", [1, 4, 32].map { SearchParameters(nprobe: $0) }),
    ("HNSW8", [10, 40, 400].map { SearchParameters(efSearch: $0) }),
]

@Suite struct `Searching an index` {
    @Test(arguments: Metric.allCases, [1, 60])
    func `is exact when flat`(metric: Metric, queryCount: Int) throws {
        let index = try filled("Flat", rows, metric)
        let asked = Array(queries.values.prefix(queryCount * 20))
        let result = try index.search(asked, k: 10)
        #expect(result.queryCount == queryCount)
        for query in 0..<queryCount {
            let exact = truth.hits(of: query, metric)
            #expect(Array(result.labels(of: query)) == exact.map(\.label))
            for (found, exact) in zip(result.distances(of: query), exact) {
                // Float32 sums of 20 terms of size 1; batches go through |x|² + |y|² − 2xy.
                #expect(abs(Double(found) - exact.distance) < 1e-4)
            }
        }
    }

    @Test(
        arguments: [
            ("IVF32,Flat", SearchParameters(nprobe: 8), 0.95),
            ("IVF32,SQ8", SearchParameters(nprobe: 8), 0.90),
            ("HNSW16", SearchParameters(efSearch: 64), 0.95),
            ("HNSW16,Flat", SearchParameters(efSearch: 64), 0.95),
        ],
        Metric.allCases
    )
    func `finds most of the nearest rows`(
        kind: (factory: String, parameters: SearchParameters, floor: Double),
        metric: Metric
    ) throws {
        let index = try filled(kind.factory, rows, metric)
        let result = try index.search(queries.values, k: 10, parameters: kind.parameters)
        let recall = truth.recall(of: result, metric)
        #expect(recall >= kind.floor)
    }

    @Test(arguments: sweeps, Metric.allCases)
    func `finds more the more thoroughly it looks`(
        kind: (factory: String, sweep: [SearchParameters]),
        metric: Metric
    ) throws {
        let index = try filled(kind.factory, rows, metric)
        let recalls = try kind.sweep.map { parameters in
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            return truth.recall(of: result, metric)
        }
        #expect(recalls == recalls.sorted(), "\(recalls)")
        #expect(recalls[2] > recalls[0], "\(recalls)")
        #expect(recalls[2] > 0.95, "\(recalls)")
    }

    @Test func `ends with all rows when every list is visited`() throws {
        let index = try filled("IVF32,Flat", rows, .l2)
        for nprobe in [32, 33, Int.max] {
            let result = try index.search(
                queries.values,
                k: 10,
                parameters: SearchParameters(nprobe: nprobe)
            )
            #expect(truth.recall(of: result, .l2) == 1)
        }
    }

    @Test(arguments: ["Flat", "IVF2,Flat", "IVF2,SQ8", "HNSW8"])
    func `has fewer hits where there are fewer rows`(factory: String) throws {
        let few = ClusteredRows(count: 5, dimension: 20, seed: 3)
        let index = try filled(factory, few, .l2)
        for k in [5, 6, 1_000, Int.max] {
            let all = factory.hasPrefix("IVF") ? SearchParameters(nprobe: 2) : SearchParameters()
            let result = try index.search(queries.values, k: k, parameters: all)
            #expect(result.bounds == (0...60).map { $0 * 5 })
            #expect((0..<60).allSatisfy { Set(result.labels(of: $0)) == [0, 1, 2, 3, 4] })
        }
        if factory.hasPrefix("IVF") {
            let result = try index.search(queries.values, k: 5)
            #expect(result.labels.count < 300 && !result.labels.contains(-1))
            #expect(
                result.bounds.last == result.labels.count
                    && result.distances.count == result.labels.count
            )
        }
    }

    @Test(arguments: ["Flat", "IVF2,Flat", "HNSW8"])
    func `finds nothing in an empty index and nothing for no query`(factory: String) throws {
        var index = try filled(factory, rows, .l2)
        #expect(try index.search([Float](), k: 3).queryCount == 0)
        try index.reset()
        #expect(index.count == 0 && index.isTrained == true)
        let result = try index.search(queries.values, k: 3)
        #expect(result.queryCount == 60 && result.labels.isEmpty)
        try index.add(rows.values)
        #expect(try index.search(queries.values, k: 3).labels.count == 180)
    }

    @Test(arguments: ["Flat", "IVF32,Flat", "IVF32,SQ8", "HNSW16"], Metric.allCases)
    func `gives every thread the same answers at once`(factory: String, metric: Metric) throws {
        let index = try filled(factory, rows, metric)
        let alone = try index.search(queries.values, k: 10)
        concurrently(8) { thread in
            for _ in 0..<20 {
                do {
                    let together = try index.search(queries.values, k: 10)
                    #expect(together == alone)
                } catch {
                    Issue.record(error)
                }
            }
        }
    }

    @Test(arguments: ["Flat", "IVF32,Flat", "HNSW16"], [2, 3, 7, 100])
    func `gives the same answers with more threads`(factory: String, threadCount: Int) throws {
        let index = try filled(factory, rows, .l2)
        // Below FAISS's threshold of 20 queries, so that every share computes alike.
        let asked = Array(queries.values.prefix(19 * 20))
        let alone = try index.search(asked, k: 10)
        #expect(try index.search(asked, k: 10, threadCount: threadCount) == alone)
    }
}

@Suite struct `A search of additive FastScan codes` {
    /// Most rows have one distance, and far more hits than a reservoir's worth are wanted.
    @Test(arguments: ["RQ1x4fs_32_Nrq2x4", "IVF1,RQ1x4fs_32_Nrq2x4"])
    func `of which most are equal ends with its hits`(factory: String) throws {
        let dimension = 4
        var random = SplitMix64(seed: 8)
        let rows = (0..<3_000).flatMap { row in
            row % 21 == 0
                ? [-10 + Float.random(in: 0...1, using: &random)]
                    + (1..<dimension).map { _ in Float.random(in: -5...5, using: &random) }
                : [1, 0, 0, 0]
        }
        var index = try Index(dimension: dimension, factory: factory, metric: .l2)
        try index.train(rows)
        try index.add(rows)
        for k in [21, 50, 300] {
            #expect(try index.search([1, 0, 0, 0], k: k).labels.count == k)
        }
    }

    @Test func `heeds max_codes within a radius`() throws {
        let rows = ClusteredRows(count: 600, dimension: 8, seed: 9)
        let index = try filled("IVF16,Flat", rows, .l2)
        let all = SearchParameters(nprobe: 16)
        var few = all
        few.maxCodes = 1
        let query = Array(rows.values.prefix(8))
        let found = try index.rangeSearch(query, radius: .infinity, parameters: all).labels.count
        let less = try index.rangeSearch(query, radius: .infinity, parameters: few).labels.count
        #expect(found == 600 && less < 600 && less > 0)
    }
}

@Suite struct `Lists found through a transform` {
    /// A dot product is one with the row that is given back, whatever space its list was found in.
    @Test(arguments: [
        "IVF32(L2norm,Flat),SQ8", "IVF32(L2norm,Flat),PQ8x4fsr", "IVF32(RR,Flat),SQ8",
    ])
    func `give dot products with the rows themselves`(factory: String) throws {
        let rows = ClusteredRows(count: 1_200, dimension: 16, seed: 10)
        var index = try Index(dimension: 16, factory: factory, metric: .innerProduct)
        try index.train(rows.values)
        try index.add(rows.values)
        let queries = ClusteredRows(count: 20, dimension: 16, seed: 11)
        let result = try index.search(
            queries.values,
            k: 5,
            parameters: SearchParameters(nprobe: 32)
        )
        for query in 0..<queries.count {
            for (label, distance) in zip(result.labels(of: query), result.distances(of: query)) {
                let row = try index.reconstruct([label])
                let expected = zip(queries[query], row).reduce(0) { $0 + $1.0 * $1.1 }
                // Tables of bytes for PQ.
                #expect(abs(distance - expected) <= (factory.contains("fs") ? 0.3 : 1e-3))
            }
        }
    }
}
