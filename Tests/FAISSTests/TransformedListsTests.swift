import FAISS
import TestSupport
import Testing

/// FAISS wants centroids back from behind the transforms over the lists, where an exception ends the process.
@Suite struct `A transform over lists` {
    @Test(
        arguments: [
            "IVF16(PCAW8,Flat),SQ8", "IVF16(ITQ8,Flat),Flat", "IVF16(PCA16,Flat),SQ8",
            "IVF16(OPQ4_8,SQ8),Flat", "IVF32(OPQ4_8,SQ8),Flat",
        ]
    )
    func `is refused if lists are too few for it, or it cannot be undone`(factory: String) {
        expect(.unsupportedFactory) {
            _ = try Index(dimension: 32, factory: factory, metric: .l2)
        }
    }

    /// What codes add is added to the distance to the centroid itself.
    @Test(
        arguments: [
            "IVF16(PCA8,Flat),SQ8", "IVF16(PCAR8,HNSW8),SQ8", "IVF16(PCA8,Flat),PQ8",
            "IVF16(PCA8,Flat),RQ4x5", "IVF16(PCA8,Flat),RQ4x5_Nfloat", "IVF16(PCA8,Flat),Flat",
        ],
        Metric.allCases
    )
    func `leaves distances those to the rows`(factory: String, metric: Metric) throws {
        let rows = ClusteredRows(count: 800, dimension: 32, seed: 51)
        let queries = ClusteredRows(count: 10, dimension: 32, seed: 52)
        let index = try filled(factory, rows, metric)
        let parameters = SearchParameters(nprobe: 16)
        let given = try index.reconstruct((0..<800).map { Int64($0) })
        let found = try index.search(queries.values, k: 20, parameters: parameters)
        let all = try index.rangeSearch(
            queries.values,
            radius: metric == .l2 ? .infinity : -.infinity,
            parameters: parameters
        )
        for query in 0..<queries.count {
            #expect(all.labels(of: query).count == 800 && found.labels(of: query).count == 20)
            let hits =
                Array(zip(found.labels(of: query), found.distances(of: query)))
                + Array(zip(all.labels(of: query), all.distances(of: query)))
            for (label, distance) in hits {
                let row = given[Int(label) * 32..<Int(label) * 32 + 32]
                let exact = zip(queries[query], row).reduce(0.0) { sum, pair in
                    let (x, y) = (Double(pair.0), Double(pair.1))
                    return sum + (metric == .l2 ? (x - y) * (x - y) : x * y)
                }
                #expect(abs(Double(distance) - exact) <= 1e-4 * (1 + abs(exact)), "\(label)")
            }
        }
    }

    @Test func `is refused by rows that it learns nothing from`() throws {
        var index = try Index(dimension: 32, factory: "IVF16(PCA8,Flat),SQ8", metric: .l2)
        // Along one line.
        let line = (0..<400 * 32).map { Float($0 / 32) / 100 }
        expect(.degenerate) { try index.train(line) }
    }
}
