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

    @Test func `can be stopped while it is built`() throws {
        let rows = ClusteredRows(count: 9_000, dimension: 16, seed: 6)
        var index = try Index(dimension: 16, factory: "NSG16,Flat", metric: .l2)
        #expect(throws: FAISSError.cancelled) {
            try index.add(rows.values, progress: { _, _ in false })
        }
    }
}
