import CFAISS
import FAISS
import SearcherChecks
import TestSupport
import Testing

private let rows = ClusteredRows(count: 2_000, dimension: 16, seed: 71)
private let queries = ClusteredRows(count: 20, dimension: 16, seed: 72)

@Suite struct `Labelled rows` {
    /// FAISS adds the labels after the rows, and the rows stay if that fails.
    @Test(arguments: [
        "IDMap,Flat", "IDMap,SQ8", "IDMap2,HNSW8", "IDMap,IVF4,Flat", "IDMap,PQ4x4fs",
    ])
    func `are found alone where others have lost their labels`(factory: String) throws {
        let index = try CheckedIndex(
            factory,
            dimension: 16,
            rows: rows.values,
            adding: 500,
            firstLabel: 10_000
        )
        index.forgetLabels(from: 300)
        var settings = checked_settings()
        settings.nprobe = 4
        let found = try index.ours(queries.values, k: 400, settings)
        #expect(Set(found.labels).subtracting([-1]).isSubset(of: 10_000..<10_300))
        #expect(
            (0..<queries.count).allSatisfy {
                found.labels(of: $0)[100] != -1 || factory.contains("IVF")
            }
        )
        let within = try index.labels(within: .infinity, of: Array(queries[0]))
        #expect(!within.isEmpty && Set(within).isSubset(of: 10_000..<10_300))
        #expect(!index.adds(Array(rows[0]), label: 7))
    }
}

@Suite struct `A graph inside other kinds` {
    @Test(arguments: ["IDMap,HNSW8", "IDMap2,HNSW8", "IDMap2,HNSW8,SQ8"], Metric.allCases)
    func `is the graph alone under labels`(factory: String, metric: Metric) throws {
        let plain = try filled(
            factory.split(separator: ",").dropFirst().joined(separator: ","),
            rows,
            metric
        )
        let expected = try plain.search(queries.values, k: 10)
        for threadCount in [1, 2] {
            var index = try Index(dimension: 16, factory: factory, metric: metric)
            try index.train(rows.values)
            let labels = (0..<rows.count).map { Int64($0) * 2 + 7 }
            try index.add(rows.values, labels: labels, threadCount: threadCount)
            let found = try index.search(queries.values, k: 10)
            #expect(found.distances == expected.distances)
            #expect(found.labels == expected.labels.map { $0 * 2 + 7 })
            let row = try index.reconstruct(labels[3])
            let same = try plain.reconstruct(3)
            #expect(row == same)
        }
    }

    @Test(
        arguments: [
            "PCA8,HNSW8", "L2norm,HNSW8,SQ8", "HNSW8,RFlat", "HNSW8,SQ8,Refine(SQ8)",
            "PCA8,HNSW8,RFlat", "IDMap2,PCA8,HNSW8,RFlat", "HNSW8,SQ4,RFlat", "HNSW8,Refine(PQ4)",
        ]
    )
    func `is the same on any number of threads`(factory: String) throws {
        let bytes = try [1, 2].map { threadCount in
            var index = try Index(dimension: 16, factory: factory, metric: .l2)
            try index.train(rows.values)
            // In two parts, the second of which meets rows that are there.
            try index.add(Array(rows.values.prefix(900 * 16)), threadCount: threadCount)
            try index.add(Array(rows.values.dropFirst(900 * 16)), threadCount: threadCount)
            #expect(index.count == 2_000 && index.nextLabel == 2_000)
            return try index.serialized()
        }
        #expect(bytes[0] == bytes[1])
        let index = try Index(serialized: bytes[0])
        let result = try index.search(rows.values, k: 1, parameters: SearchParameters(efSearch: 64))
        let own = result.labels.enumerated().count { $0.offset == Int($0.element) }
        #expect(Double(own) >= (factory.hasPrefix("L2norm") ? 0.7 : 0.9) * 2_000, "\(own)")
    }

    /// The last label of a row counts.
    @Test func `gives back the row that got a label last`() throws {
        var index = try Index(dimension: 16, factory: "IDMap2,HNSW8", metric: .l2)
        try index.add(Array(rows.values.prefix(3 * 16)), labels: [5, 6, 5])
        try index.add(Array(rows[3]), labels: [6])
        let given = try index.reconstruct([5, 6])
        #expect(given == Array(rows[2]) + Array(rows[3]))
    }

    @Test(arguments: [
        "IDMap2,HNSW8", "PCA8,HNSW8", "HNSW8,RFlat", "IDMap,PCA8,HNSW8,SQ8,Refine(SQ8)",
    ])
    func `holds nothing of rows whose adding was stopped`(factory: String) {
        var index: OpaquePointer?
        defer { cfaiss_index_destroy(index) }
        #expect(cfaiss_index_create(16, factory, CFAISS_L2, &index) == CFAISS_OK)
        var work = cfaiss_work(thread_count: 2, progress: nil, context: nil)
        #expect(cfaiss_index_train(index, 2_000, rows.values, work) == CFAISS_OK)
        work.progress = { _, _, _ in 1 }
        #expect(cfaiss_index_add(index, 2_000, rows.values, nil, work) == CFAISS_CANCELLED)
        var info = cfaiss_index_info()
        #expect(cfaiss_index_describe(index, &info) == CFAISS_OK && info.count == 0)
        work.progress = nil
        #expect(cfaiss_index_add(index, 2_000, rows.values, nil, work) == CFAISS_OK)
        #expect(cfaiss_index_describe(index, &info) == CFAISS_OK && info.count == 2_000)
        var distances = [Float](repeating: 0, count: 2_000)
        var labels = [Int64](repeating: -2, count: 2_000)
        let parameters = cfaiss_search_parameters()
        #expect(
            cfaiss_index_search(index, 2_000, rows.values, 1, parameters, &distances, &labels)
                == CFAISS_OK
        )
        #expect(labels.enumerated().count { $0.offset == Int($0.element) } > 1_500)
    }
}
