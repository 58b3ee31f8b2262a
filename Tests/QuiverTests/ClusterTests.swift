import Quiver
import TestSupport
import Testing

@Suite struct ClusterTests {
    private let directory = TemporaryDirectory()

    /// Rows around `clusterCount` points; in two segments and a tail, documents of one row and of two.
    private func collection(
        _ metric: Metric,
        storage: Storage = .float32,
        count: Int = 600,
        clusterCount: Int = 6
    ) throws -> Collection {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(dimension: 16, metric: metric, storage: storage)]
            )
        )
        let vectors = clusteredVectors(
            count: count,
            dimension: 16,
            clusterCount: clusterCount,
            seed: 11
        )
        var documents: [Document] = []
        var next = 0
        while next < count {
            let rows = min(count - next, 1 + next % 2)
            documents.append(
                Document(
                    key: .integer(UInt64(next)),
                    vectors: ["": vectors[next..<(next + rows)].flatMap { $0 }]
                )
            )
            next += rows
        }
        let third = documents.count / 3
        for (number, part) in [
            documents[..<third], documents[third..<(2 * third)], documents[(2 * third)...],
        ].enumerated() {
            try collection.upsert(Array(part))
            if number < 2 { try collection.seal() }
        }
        return collection
    }

    private func rows(of snapshot: Snapshot) throws -> [Int: [Float]] {
        var rows: [Int: [Float]] = [:]
        var documents: [StoredDocument] = []
        try snapshot.scan(contents: .vectors) {
            documents.append($0)
            return true
        }
        for document in documents {
            let numbers = try #require(try snapshot.rowNumbers(of: document.key))
            let flat = try #require(document.vectors[""])
            for (place, number) in numbers.enumerated() {
                rows[number] = Array(flat[(16 * place)..<(16 * (place + 1))])
            }
        }
        return rows
    }

    @Test(arguments: Metric.ofNumbers, [Storage.float32, .int8])
    func `each row is in the cluster whose middle is nearest, and the middles are means`(
        metric: Metric,
        storage: Storage
    ) throws {
        let collection = try collection(metric, storage: storage)
        var batch = WriteBatch()
        for key in [UInt64(0), 300] { batch.delete(.integer(key)) }
        try collection.write(batch)
        let snapshot = try collection.snapshot()
        var options = ClusteringOptions()
        options.seed = 2
        options.iterationCount = 40
        let clustering = try snapshot.cluster(count: 6, options: options)
        let rows = try rows(of: snapshot)
        #expect(clustering.centroids.count == 6 && clustering.clusters.count == 600)
        #expect(clustering.sizes.reduce(0, +) == rows.count)
        #expect(clustering.objectives.count == 40)
        var sums = clustering.centroids.map { [Double](repeating: 0, count: $0.count) }
        for (number, cluster) in clustering.clusters.enumerated() {
            guard let row = rows[number] else {
                #expect(cluster == -1)
                continue
            }
            let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let seen = row.map { metric == .cosine ? Double($0) / norm : Double($0) }
            let distances = clustering.centroids.map { middle in
                zip(middle, seen).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            }
            #expect(distances[Int(cluster)] <= (distances.min() ?? 0) + 1e-3)
            for place in seen.indices { sums[Int(cluster)][place] += seen[place] }
        }
        for (cluster, middle) in clustering.centroids.enumerated() {
            var mean = sums[cluster].map { $0 / Double(clustering.sizes[cluster]) }
            if metric == .cosine {
                let norm = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
                mean = mean.map { $0 / norm }
            }
            #expect(zip(mean, middle).allSatisfy { abs($0 - Double($1)) < 1e-2 })
        }
    }

    @Test func `the same seed gives the same clusters on any number of threads`() throws {
        let snapshot = try collection(.cosine).snapshot()
        func clustering(_ seed: UInt64, threads: Int) throws -> Clustering {
            var options = ClusteringOptions()
            options.seed = seed
            options.threadCount = threads
            options.rowsPerCluster = 20
            return try snapshot.cluster(count: 5, options: options)
        }
        let one = try clustering(1, threads: 1)
        #expect(try clustering(1, threads: 3) == one)
        #expect(try clustering(2, threads: 1) != one)
    }

    @Test func `what cannot be clustered is refused, and whoever waits may cancel`() throws {
        let snapshot = try collection(.l2).snapshot()
        for count in [0, -1, 601, 2_000_000] {
            #expect(throws: StoreError.self) { try snapshot.cluster(count: count) }
        }
        for change: (inout ClusteringOptions) -> Void in [
            { $0.iterationCount = 0 }, { $0.rowsPerCluster = 0 },
        ] {
            var options = ClusteringOptions()
            change(&options)
            #expect(throws: StoreError.self) { try snapshot.cluster(count: 2, options: options) }
        }
        #expect(throws: StoreError.unknownVectorField("x", collection: "c")) {
            try snapshot.cluster(vectorField: "x", count: 2)
        }
        for share in [0.0, 0.5, 0.99] {
            #expect(throws: StoreError.cancelled) {
                try snapshot.cluster(count: 2) { Double($0) < share * Double($1) }
            }
        }
    }

    @Test(arguments: Metric.ofNumbers, [Storage.float32, .float16, .int8])
    func `the score of a pair is that of a search`(metric: Metric, storage: Storage) throws {
        let collection = try collection(metric, storage: storage)
        let snapshot = try collection.snapshot()
        var generator = SplitMix64(seed: 4)
        let pairs = (0..<3_000).map { _ in
            (Int.random(in: 0..<600, using: &generator), Int.random(in: 0..<600, using: &generator))
        }
        let scores = try snapshot.scores(ofRowPairs: pairs, threadCount: 2)
        let rows = try rows(of: snapshot)
        let owners = try snapshot.owners(ofRows: 0..<600)
        for place in stride(from: 0, to: pairs.count, by: 50) {
            let (one, other) = pairs[place]
            var request = SearchRequest(queries: [try #require(rows[one])], k: 1)
            request.mode = .exact
            request.scope.rowRanges = [other..<(other + 1)]
            let hit = try #require(try snapshot.search(request)[0].hits.first)
            #expect(hit.key == owners[other]?.key)
            #expect(hit.score.bitPattern == scores[place].bitPattern)
        }
        #expect(try snapshot.scores(ofRowPairs: []) == [])
        for row in [-1, 600, Int.max] {
            #expect(throws: StoreError.self) { try snapshot.scores(ofRowPairs: [(0, row)]) }
        }
    }
}
