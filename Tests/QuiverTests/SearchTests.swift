import Quiver
import TestSupport
import Testing

@Suite struct SearchTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Metric.ofNumbers, Storage.ofNumbers)
    func `graph, exact and tail searches report the same scores`(metric: Metric, storage: Storage)
        throws
    {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 24, metric: metric, storage: storage, index: .graph)
        )
        let vectors = clusteredVectors(count: 600, dimension: 24, seed: 11)
        try collection.upsert(
            vectors.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        let request = SearchRequest(queries: Array(vectors[..<10]), k: 20)
        let fromTail = try collection.search(request).map(\.hits)
        try collection.seal()
        let exact = try collection.search(request).map(\.hits)
        #expect(exact.map { $0.map(\.key) } == fromTail.map { $0.map(\.key) })
        #expect(exact.map { $0.map(\.score) } == fromTail.map { $0.map(\.score) })
        try collection.maintain()
        #expect(try collection.statistics().unindexedSegmentCount == 0)
        let graph = try collection.search(request).map(\.hits)
        for (graphHits, exactHits) in zip(graph, exact) {
            let truth = Dictionary(uniqueKeysWithValues: exactHits.map { ($0.key, $0.score) })
            let common = graphHits.filter { truth[$0.key] != nil }
            #expect(common.count >= 18)
            for hit in common { #expect(hit.score == truth[hit.key]) }
        }
    }

    @Test func `equal scores are ordered by key wherever the documents lie`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 2, metric: .l2)
        )
        let keys: [Key] = [9, "b", 3, "a", 4, "c", 1]
        for (index, key) in keys.enumerated() {
            try collection.upsert([Document(key: key, vector: [1, 1])])
            if index == 2 || index == 4 { try collection.seal() }
        }
        for k in 1...keys.count {
            let hits = try collection.search(SearchRequest(queries: [[1, 1]], k: k))[0].hits
            #expect(hits.map(\.key) == Array(keys.sorted().prefix(k)))
        }
    }

    @Test func `k is at least 1 and may be more than there is`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        #expect(try collection.search(SearchRequest(queries: [[1, 0]], k: 5))[0].hits.isEmpty)
        try collection.upsert([Document(key: 1, vector: [1, 0])])
        #expect(throws: StoreError.invalidK(0)) {
            _ = try collection.search(SearchRequest(queries: [[1, 0]], k: 0))
        }
        #expect(
            try collection.search(SearchRequest(queries: [[1, 0]], k: .max))[0].hits.map(\.key) == [
                1
            ]
        )
        #expect(try collection.search(SearchRequest(queries: [], k: 5)).isEmpty)
    }

    @Test func `queries are checked like rows`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        #expect(throws: StoreError.dimensionMismatch(key: nil, field: "", expected: 2, found: 3)) {
            _ = try collection.search(SearchRequest(queries: [[1, 0, 0]]))
        }
        #expect(throws: StoreError.notFinite(key: nil, field: "", row: 0, position: 0)) {
            _ = try collection.search(SearchRequest(queries: [[.nan, 0]]))
        }
        #expect(throws: StoreError.zeroVector(key: nil, field: "", row: 0)) {
            _ = try collection.search(SearchRequest(queries: [[0, 0]]))
        }
        // Its norm is past float32.
        #expect(throws: StoreError.normOverflow(key: nil, field: "", row: 0)) {
            _ = try collection.search(SearchRequest(queries: [[3e38, 3e38]]))
        }
    }

    @Test func `excluded keys are left out and others take their places`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        try collection.upsert((0..<10).map { Document(key: .integer($0), vector: [Float($0)]) })
        let hits = try collection.search(
            SearchRequest(queries: [[0]], k: 3, excludedKeys: [0, 2, "missing"])
        )[0].hits
        #expect(hits.map(\.key) == [1, 3, 4])
    }

    @Test func `several threads give the answers of one`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 16, index: .graph)
        )
        let vectors = clusteredVectors(count: 800, dimension: 16, seed: 5)
        try collection.upsert(
            vectors.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        try collection.maintain()
        for mode in [SearchRequest.Mode.automatic, .exact] {
            var request = SearchRequest(queries: vectors, k: 5, mode: mode)
            let one = try collection.search(request).map(\.hits)
            request.threadCount = 4
            #expect(try collection.search(request).map(\.hits) == one)
        }
    }

    @Test func `a collection keeps to its encoder`() throws {
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        let first = RememberedEncoder(identity: EncoderIdentity(hash: "aa"), location: "/models/a")
        let other = EncoderIdentity(hash: "bb")
        #expect(throws: StoreError.noEncoder(collection: "c")) {
            _ = try collection.search(SearchRequest(queries: [[0]], encoder: other))
        }
        try collection.bind(to: first)
        #expect(try collection.encoder() == first)
        #expect(
            throws: StoreError.wrongEncoder(collection: "c", expected: first.identity, found: other)
        ) {
            try collection.bind(to: RememberedEncoder(identity: other, location: ""))
        }
        #expect(
            throws: StoreError.wrongEncoder(collection: "c", expected: first.identity, found: other)
        ) {
            _ = try collection.search(SearchRequest(queries: [[0]], encoder: other))
        }
        #expect(
            try collection.search(SearchRequest(queries: [[0]], encoder: first.identity)).count == 1
        )
    }
}
