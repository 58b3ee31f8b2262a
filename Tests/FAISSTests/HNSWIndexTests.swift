import CFAISS
import FAISS
import TestSupport
import Testing

private let dimension = 24
private let rows = ClusteredRows(count: 5_000, dimension: dimension, seed: 81)
private let queries = ClusteredRows(count: 50, dimension: dimension, seed: 82)
private let truth = GroundTruth(k: 10, queries: queries, among: rows)
private let factories = ["HNSW16", "HNSW16,SQ8"]

/// The graphs that we walk and build ourselves.
@Suite struct `A HNSW index` {
    @Test(arguments: factories, Metric.allCases)
    func `finds most of the nearest rows, nearest first`(factory: String, metric: Metric) throws {
        let index = try filled(factory, rows, metric)
        let result = try index.search(
            queries.values,
            k: 10,
            parameters: SearchParameters(efSearch: 100)
        )
        #expect(truth.recall(of: result, metric) >= (factory == "HNSW16" ? 0.97 : 0.9))
        for query in 0..<queries.count {
            let hits = Array(zip(result.distances(of: query), result.labels(of: query)))
            let ordered = hits.sorted {
                $0.0 != $1.0 ? (metric == .l2 ? $0.0 < $1.0 : $0.0 > $1.0) : $0.1 < $1.1
            }
            #expect(hits.count == 10)
            #expect(hits.map(\.1) == ordered.map(\.1))
        }
    }

    /// Whatever its rows are stored as, more candidates find more of what comparing every code finds.
    @Test(arguments: ["SQfp16", "SQ4", "PQ12"])
    func `heeds efSearch over any storage`(storage: String) throws {
        let graph = try filled("HNSW8,\(storage)", rows, .l2)
        let exact = try filled(storage, rows, .l2).search(queries.values, k: 10)
        let shares = try [10, 300].map { efSearch in
            let parameters = SearchParameters(efSearch: efSearch)
            let result = try graph.search(queries.values, k: 10, parameters: parameters)
            let same = (0..<queries.count).map {
                Set(result.labels(of: $0)).intersection(exact.labels(of: $0)).count
            }
            return Double(same.reduce(0, +)) / Double(10 * queries.count)
        }
        #expect(shares[1] >= 0.97)
        #expect(shares[0] < shares[1])
    }

    /// FAISS's own walk looks at the same rows, so that at the same efSearch it finds the same but for ties.
    @Test(arguments: factories, Metric.allCases)
    func `answers as FAISS does over the same graph`(factory: String, metric: Metric) throws {
        let index = try GraphOfFAISS(factory, rows, metric)
        for efSearch in [10, 32, 128] {
            let (ours, distances) = try index.search(queries, efSearch: efSearch)
            let (theirs, expected) = try index.search(queries, efSearch: efSearch, byFAISS: true)
            let same = (0..<queries.count).map { query in
                Set(ours[query * 10..<query * 10 + 10])
                    .intersection(theirs[query * 10..<query * 10 + 10]).count
            }
            #expect(Double(same.reduce(0, +)) >= 0.98 * Double(10 * queries.count))
            for query in 0..<queries.count {
                let hits = query * 10..<query * 10 + 10
                let known = Dictionary(
                    zip(theirs[hits], expected[hits]),
                    uniquingKeysWith: { first, _ in first }
                )
                for (label, distance) in zip(ours[hits], distances[hits]) {
                    // Float32 sums of 24 terms of size 1, in another order.
                    if let expected = known[label] { #expect(abs(distance - expected) < 1e-4) }
                }
            }
        }
    }

    @Test(arguments: [
        "HNSW8,SQfp16", "IDMap,HNSW8,SQfp16", "L2norm,NSG16,SQfp16", "HNSW8,SQfp16,RFlat",
    ])
    func `with nothing to learn takes rows at once`(factory: String) throws {
        var index = try Index(dimension: dimension, factory: factory, metric: .l2)
        let (isTrained, required) = (index.isTrained, index.requiredTrainingRows)
        #expect(isTrained && required == 0)
        try index.add(rows.values)
        #expect(try index.search(queries.values, k: 1).labels.count == queries.count)
    }

    @Test(arguments: factories, [1, 0.9, 0.5, 0.05, 0.001, 0])
    func `finds only what is selected`(factory: String, share: Double) throws {
        var random = SplitMix64(seed: 83)
        let selected = (0..<Int64(rows.count)).filter { _ in
            Double.random(in: 0..<1, using: &random) < share
        }
        for metric in Metric.allCases {
            let index = try filled(factory, rows, metric)
            let selector = try Selector(labels: selected)
            let result = try index.search(
                queries.values,
                k: 10,
                parameters: SearchParameters(efSearch: 40, selector: selector)
            )
            let exact = try filled("Flat", rows, metric).search(
                queries.values,
                k: 10,
                parameters: SearchParameters(selector: selector)
            )
            var found = 0
            var expected = 0
            for query in 0..<queries.count {
                let labels = result.labels(of: query)
                #expect(labels.count == min(10, selected.count))
                #expect(Set(labels).count == labels.count)
                #expect(labels.allSatisfy { selector.contains($0) })
                let nearest = exact.labels(of: query)
                found += Set(nearest).intersection(labels).count
                expected += nearest.count
            }
            #expect(Double(found) >= (factory == "HNSW16" ? 0.93 : 0.85) * Double(expected))
        }
    }

    @Test(arguments: factories, [0, 1, 2, 33])
    func `finds all of few rows`(factory: String, count: Int) throws {
        let few = ClusteredRows(count: count, dimension: dimension, seed: 84)
        for metric in Metric.allCases {
            var index = try Index(dimension: dimension, factory: factory, metric: metric)
            try index.train(rows.values)
            try index.add(few.values)
            for k in [1, 10, 100] {
                let result = try index.search(queries.values, k: k)
                for query in 0..<queries.count {
                    #expect(result.labels(of: query).count == min(k, count))
                    #expect(Set(result.labels(of: query)).count == min(k, count))
                }
            }
        }
    }

    @Test(arguments: factories)
    func `finds k rows where efSearch is less`(factory: String) throws {
        let index = try filled(factory, rows, .l2)
        let parameters = SearchParameters(efSearch: 1)
        let result = try index.search(queries.values, k: 200, parameters: parameters)
        #expect(result.labels.count == 200 * queries.count)
    }

    @Test(arguments: factories)
    func `holds equal rows`(factory: String) throws {
        let same = ClusteredRows(count: 3_000, dimension: 4, clusters: 1, spread: 0, seed: 85)
        let index = try filled(factory, same, .l2)
        let result = try index.search(Array(same[0]), k: 20)
        #expect(result.labels.count == 20)
        #expect(Set(result.distances).count == 1)
        #expect(result.labels == result.labels.sorted())
    }

    @Test(arguments: factories, Metric.allCases)
    func `takes rows at any time`(factory: String, metric: Metric) throws {
        var index = try Index(dimension: dimension, factory: factory, metric: metric)
        try index.train(rows.values)
        var start = 0
        for count in [1, 2, 700, 0, 1, 2_500, 1_796] {
            let part = Array(rows.values[start * dimension..<(start + count) * dimension])
            try index.add(part, threadCount: 2)
            start += count
            #expect(index.count == start)
        }
        let result = try index.search(
            queries.values,
            k: 10,
            parameters: SearchParameters(efSearch: 100)
        )
        #expect(truth.recall(of: result, metric) >= (factory == "HNSW16" ? 0.95 : 0.88))
    }

    @Test(arguments: factories)
    func `is the same on any number of threads`(factory: String) throws {
        let bytes = try [1, 2, 3, 7].map { threadCount in
            var index = try Index(dimension: dimension, factory: factory, metric: .l2)
            try index.train(rows.values)
            try index.add(rows.values, threadCount: threadCount)
            try index.add(queries.values, threadCount: threadCount)
            return try index.serialized()
        }
        #expect(Set(bytes).count == 1)
    }

    @Test func `tells its progress and stops when told to`() throws {
        var index = try Index(dimension: dimension, factory: "HNSW16", metric: .l2)
        var told: [Int] = []
        try index.add(rows.values, threadCount: 2) { done, total in
            #expect(total == rows.count)
            told.append(done)
            return true
        }
        #expect(told.last == rows.count && told == told.sorted() && told.count > 2)
        #expect(throws: FAISSError.cancelled) {
            try index.add(rows.values, threadCount: 2) { done, _ in done < 2_000 }
        }
    }

    @Test(arguments: factories)
    func `keeps its earlier rows when adding is stopped`(factory: String) throws {
        let index = try GraphOfFAISS(factory, rows, .l2)
        let stop: cfaiss_work_progress = { _, done, _ in done >= 2_048 ? 1 : 0 }
        let work = cfaiss_work(thread_count: 2, progress: stop, context: nil)
        #expect(index.add(rows, work) == CFAISS_CANCELLED)
        let (labels, _) = try index.search(queries, efSearch: 100)
        #expect(labels.allSatisfy { 0..<Int64(rows.count) ~= $0 })
        #expect(recall(of: labels) >= 0.85)
        #expect(
            index.add(rows, cfaiss_work(thread_count: 2, progress: nil, context: nil)) == CFAISS_OK
        )
        let (twice, _) = try index.search(queries, efSearch: 100)
        #expect(twice.contains { $0 >= Int64(rows.count) })
    }

    private func recall(of labels: [Int64]) -> Double {
        let found = (0..<queries.count).map { query in
            Set(truth.hits(of: query, .l2).map(\.label))
                .intersection(labels[query * 10..<query * 10 + 10]).count
        }
        return Double(found.reduce(0, +)) / Double(10 * queries.count)
    }
}

/// An index through the C functions, which let FAISS itself search too.
private final class GraphOfFAISS {
    private let handle: OpaquePointer

    init(_ factory: String, _ rows: ClusteredRows, _ metric: Metric) throws {
        var handle: OpaquePointer?
        let code = metric == .l2 ? CFAISS_L2 : CFAISS_INNER_PRODUCT
        let name = factory.replacing(",", with: "_")
        try #require(cfaiss_index_create(Int32(rows.dimension), name, code, &handle) == CFAISS_OK)
        self.handle = try #require(handle)
        let work = cfaiss_work(thread_count: 1, progress: nil, context: nil)
        try #require(
            cfaiss_index_train(self.handle, Int64(rows.count), rows.values, work) == CFAISS_OK
        )
        try #require(add(rows, work) == CFAISS_OK)
    }

    deinit {
        cfaiss_index_destroy(handle)
    }

    func add(_ rows: ClusteredRows, _ work: cfaiss_work) -> cfaiss_status {
        cfaiss_index_add(handle, Int64(rows.count), rows.values, nil, work)
    }

    /// The ten nearest of each query.
    func search(
        _ queries: ClusteredRows,
        efSearch: Int,
        byFAISS: Bool = false
    ) throws -> (labels: [Int64], distances: [Float]) {
        var parameters = cfaiss_search_parameters()
        parameters.ef_search = Int32(efSearch)
        // Of no meaning to this kind of index, and no search of ours knows it.
        parameters.quantizer_ef_search = byFAISS ? 1 : 0
        var labels = [Int64](repeating: 0, count: 10 * queries.count)
        var distances = [Float](repeating: 0, count: 10 * queries.count)
        let status = cfaiss_index_search(
            handle,
            Int64(queries.count),
            queries.values,
            10,
            parameters,
            &distances,
            &labels
        )
        try #require(status == CFAISS_OK)
        return (labels, distances)
    }
}
