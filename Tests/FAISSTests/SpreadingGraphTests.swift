import FAISS
import TestSupport
import Testing

/// Rows of which a few are the nearest of all others, where NN-descent leaves most without neighbours.
@Suite struct `A spreading graph` {
    @Test(arguments: [1, 2, 3], [200, 300, 3_000])
    func `is built of rows in few dimensions`(dimension: Int, count: Int) throws {
        var random = SplitMix64(seed: 5)
        let rows = (0..<count * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        for metric in Metric.allCases {
            var index = try Index(dimension: dimension, factory: "NSG16,Flat", metric: metric)
            try index.add(rows, threadCount: 2)
            let queries = Array(rows.prefix(20 * dimension))
            let found = try index.search(
                queries,
                k: 10,
                parameters: SearchParameters(efSearch: 100)
            )
            var flat = try Index(dimension: dimension, factory: "Flat", metric: metric)
            try flat.add(rows)
            let exact = try flat.search(queries, k: 10)
            let same = (0..<20).reduce(0) {
                $0 + Set(found.labels(of: $1)).intersection(exact.labels(of: $1)).count
            }
            #expect(same >= 190, "\(metric)")
        }
    }

    /// So many rows that their neighbours are found by a walk.
    @Test func `of many rows is the same on any number of threads`() throws {
        let rows = ClusteredRows(count: 9_000, dimension: 16, seed: 6)
        let bytes = try [1, 2].map { threadCount in
            var index = try Index(dimension: 16, factory: "NSG16,Flat", metric: .l2)
            try index.add(rows.values, threadCount: threadCount)
            return try index.serialized()
        }
        #expect(bytes[0] == bytes[1])
        let index = try Index(serialized: bytes[0])
        let queries = ClusteredRows(count: 50, dimension: 16, seed: 7)
        let result = try index.search(
            queries.values,
            k: 10,
            parameters: SearchParameters(efSearch: 100)
        )
        let truth = GroundTruth(k: 10, queries: queries, among: rows)
        #expect(truth.recall(of: result, .l2) >= 0.95)
    }

    @Test(arguments: ["NSG16,Flat", "NSG16,SQ8", "NSG16,PQ16"], Metric.allCases)
    func `is walked as far as efSearch says`(factory: String, metric: Metric) throws {
        if metric == .innerProduct, factory.contains("PQ") { return }
        let rows = ClusteredRows(count: 3_000, dimension: 32, seed: 8)
        let queries = ClusteredRows(count: 60, dimension: 32, seed: 9)
        let index = try filled(factory, rows, metric)
        let all = try index.rangeSearch(
            queries.values,
            radius: metric == .l2 ? .infinity : -.infinity
        )
        let shares = try [10, 40, 400].map { efSearch in
            let parameters = SearchParameters(efSearch: efSearch)
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            let found = (0..<queries.count).map { query in
                let tenth = Array(all.distances(of: query))[9]
                return result.distances(of: query).count {
                    metric == .l2 ? $0 <= tenth + 1e-4 : $0 >= tenth - 1e-4
                }
            }
            return Double(found.reduce(0, +)) / Double(10 * queries.count)
        }
        #expect(shares[0] < shares[1] && shares[1] <= shares[2], "\(shares)")
        #expect(shares[2] >= 0.98, "\(shares)")
    }

    @Test(arguments: ["NSG16,Flat", "NSG16,SQ8", "NSG16,PQ16"], [0.9, 0.3, 0.01, 0])
    func `finds only what is selected`(factory: String, share: Double) throws {
        let rows = ClusteredRows(count: 3_000, dimension: 32, seed: 8)
        let queries = ClusteredRows(count: 20, dimension: 32, seed: 9)
        let index = try filled(factory, rows, .l2)
        var random = SplitMix64(seed: 10)
        let selected = Set(
            (0..<Int64(rows.count)).filter { _ in Double.random(in: 0..<1, using: &random) < share }
        )
        let all = try index.rangeSearch(queries.values, radius: .infinity)
        let parameters = SearchParameters(
            efSearch: 20,
            selector: try Selector(labels: Array(selected))
        )
        let result = try index.search(queries.values, k: 10, parameters: parameters)
        var near = 0
        for query in 0..<queries.count {
            let labels = result.labels(of: query)
            #expect(labels.count == min(10, selected.count))
            #expect(
                labels.allSatisfy { selected.contains($0) } && Set(labels).count == labels.count
            )
            near +=
                Set(all.labels(of: query).filter { selected.contains($0) }.prefix(10))
                .intersection(labels).count
        }
        #expect(Double(near) >= 0.99 * Double(min(10, selected.count) * queries.count))
    }

    /// Few rows allow less than it was made with.
    @Test func `is as it was made after it held few rows`() throws {
        let made = try Index(dimension: 16, factory: "NSG128,Flat", metric: .l2)
        var index = try Index(serialized: made.serialized())
        try index.add(ClusteredRows(count: 200, dimension: 16, seed: 6).values)
        try index.reset()
        let (left, before) = (try index.faissBytes(), try made.faissBytes())
        // But for the entry point, of which an empty graph has none.
        let places = zip(left, before).enumerated().filter { $0.element.0 != $0.element.1 }.map(
            \.offset
        )
        #expect(left.count == before.count && (places.last ?? 0) - (places.first ?? 0) < 4)
    }

    @Test func `can be stopped while it is built`() throws {
        let rows = ClusteredRows(count: 9_000, dimension: 16, seed: 6)
        var index = try Index(dimension: 16, factory: "NSG16,Flat", metric: .l2)
        #expect(throws: FAISSError.cancelled) {
            try index.add(rows.values, progress: { _, _ in false })
        }
    }
}
