import FAISS
import TestSupport
import Testing

private let rows = ClusteredRows(count: 3_000, dimension: 32, clusters: 60, seed: 61)
private let queries = ClusteredRows(count: 40, dimension: 32, clusters: 60, seed: 62)
private let truth = GroundTruth(k: 10, queries: queries, among: rows)

/// A radius that leaves nothing out.
private func everything(_ metric: Metric) -> Float {
    metric == .l2 ? .infinity : -.infinity
}

/// The rows that are compared with each query.
private func compared(_ index: borrowing Index, _ parameters: SearchParameters) throws -> [Set<
    Int64
>] {
    let all = try index.rangeSearch(
        queries.values,
        radius: everything(index.metric),
        parameters: parameters
    )
    return (0..<queries.count).map { Set(all.labels(of: $0)) }
}

@Suite struct `Lists under a graph` {
    private static let codes = [
        "PQ8", "PQ16x4", "PQ8+8", "PQ16x4fs", "RQ3x5", "LSQ3x4", "PRQ2x2x4", "RQ4x4fs_32_Nrq2x4",
        "SQ4", "SQfp16",
    ]

    /// The graph is so thin that a careless walk over it misses lists.
    @Test(arguments: codes)
    func `are those that its efSearch finds`(codes: String) throws {
        let plain = try filled("IVF128_HNSW2,Flat", rows, .l2)
        let index = try filled("IVF128_HNSW2,\(codes)", rows, .l2)
        var visited: [[Set<Int64>]] = []
        for efSearch in [1, 8, 128] {
            let parameters = SearchParameters(nprobe: 3, quantizerEfSearch: efSearch)
            visited.append(try compared(plain, parameters))
            #expect(try compared(index, parameters) == visited.last)
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            for query in 0..<queries.count {
                let labels = Set(result.labels(of: query))
                #expect(labels.isSubset(of: visited.last?[query] ?? []))
                #expect(labels.count == min(10, visited.last?[query].count ?? 0))
            }
        }
        #expect(visited[0] != visited[2])
    }

    @Test(arguments: codes)
    func `find more the more candidates it keeps`(codes: String) throws {
        let index = try filled("IVF128_HNSW2,\(codes)", rows, .l2)
        let recalls = try [1, 128].map { efSearch in
            let parameters = SearchParameters(nprobe: 1, quantizerEfSearch: efSearch)
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            return truth.recall(of: result, .l2)
        }
        #expect(recalls[0] < recalls[1], "\(recalls)")
    }
}

@Suite struct `Second codes` {
    private func index(_ factory: String = "IVF16,PQ4+8") throws(FAISSError) -> Index {
        try filled(factory, rows, .l2)
    }

    @Test(arguments: ["IVF16,PQ4+8", "IDMap2,IVF16,PQ4+8"])
    func `make the distances of a search and of a range`(factory: String) throws {
        var index = try Index(dimension: 32, factory: factory, metric: .l2)
        try index.train(rows.values)
        try index.add(rows.values)
        let parameters = SearchParameters(nprobe: 16)
        let ranges = try index.rangeSearch(
            queries.values,
            radius: .infinity,
            parameters: parameters
        )
        let thorough = SearchParameters(nprobe: 16, kFactor: 3_000)
        for found in [
            try index.search(queries.values, k: 10, parameters: parameters),
            try index.search(queries.values, k: 10, parameters: thorough),
        ] {
            for query in 0..<queries.count {
                let distances = Dictionary(
                    uniqueKeysWithValues: zip(ranges.labels(of: query), ranges.distances(of: query))
                )
                for (label, distance) in zip(found.labels(of: query), found.distances(of: query)) {
                    #expect(distances[label] == distance)
                }
            }
        }
        // Where all rows are compared again, the nearest are found.
        let nearest = try index.search(queries.values, k: 10, parameters: thorough)
        for query in 0..<queries.count {
            #expect(Array(nearest.labels(of: query)) == Array(ranges.labels(of: query).prefix(10)))
            let radius = try #require(nearest.distances(of: query).last)
            let nearer = try index.rangeSearch(
                Array(queries[query]),
                radius: radius,
                parameters: parameters
            )
            #expect(nearer.labels == Array(nearest.labels(of: query).prefix(nearer.labels.count)))
            #expect(nearer.labels.count >= 8)
        }
    }

    @Test func `are of more use the more candidates there are`() throws {
        let index = try index()
        let recalls = try [1, 4, 64].map { (kFactor: Float) in
            let parameters = SearchParameters(nprobe: 16, kFactor: kFactor)
            let result = try index.search(queries.values, k: 10, parameters: parameters)
            return truth.recall(of: result, .l2)
        }
        #expect(recalls[0] < recalls[1] && recalls[1] < recalls[2], "\(recalls)")
    }
}
