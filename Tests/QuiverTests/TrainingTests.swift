import Foundation
import Quiver
import TestSupport
import Testing

/// Indexes that begin with what was learned elsewhere.
@Suite struct TrainingTests {
    private func collection(
        _ store: Store,
        _ name: String,
        _ rows: ArraySlice<[Float]>,
        metric: Metric = .cosine,
        trained: TrainedIndex? = nil
    ) throws -> Collection {
        let collection = try store.createCollection(
            name,
            CollectionConfiguration(
                dimension: 24,
                metric: metric,
                index: trained.map { .faiss($0.kind) } ?? .exact
            ),
            trained: trained.map { ["": $0] } ?? [:]
        )
        try collection.upsert(
            rows.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        return collection
    }

    private func recall(_ collection: Collection, _ queries: [[Float]]) throws -> Double {
        var found = 0
        let exact = try collection.search(SearchRequest(queries: queries, k: 10, mode: .exact))
        let hits = try collection.search(SearchRequest(queries: queries, k: 10, nprobe: 12))
        for (one, other) in zip(exact, hits) {
            found += Set(one.hits.map(\.key)).intersection(other.hits.map(\.key)).count
        }
        return Double(found) / Double(10 * queries.count)
    }

    @Test(arguments: ["IVF16,SQ8", "IVF16,PQ8x4fs", "OPQ8,IVF16,PQ8x4fs"], Metric.ofNumbers)
    func `an index of other rows is built of it, and kept with the collection`(
        factory: String,
        metric: Metric
    ) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let rows = clusteredVectors(count: 4_000, dimension: 24, seed: 5)
        let source = try collection(store, "source", rows[..<2_000], metric: metric)
        let trained = try source.snapshot().train(.faiss(try FAISSKind(factory)), rowLimit: 1_500)
        #expect(trained.dimension == 24)
        let file = directory.file("trained")
        try trained.write(to: file)
        #expect(try TrainedIndex(contentsOf: file) == trained)
        #expect(
            try source.snapshot().train(.faiss(try FAISSKind(factory)), rowLimit: 1_500) == trained
        )

        let other = try collection(store, "other", rows[2_000...], metric: metric, trained: trained)
        #expect(other.configuration.vectorFields[0].index.description == trained.kind.description)
        try other.compact(CompactionOptions(extent: .everything))
        try other.maintain()
        #expect(try other.statistics().vectorFields[0].indexByteCount > 0)
        let queries = Array(clusteredVectors(count: 40, dimension: 24, seed: 6))
        #expect(try recall(other, queries) > 0.9)
        store.close()

        let reopened = try Store.open(at: path)
        let again = try reopened.collection("other")
        #expect(try again.trainedIndex() == trained)
        #expect(try reopened.collection("source").trainedIndex() == nil)
        // Another kind forgets it.
        try again.alter([.setIndex(vectorField: "", .graph)])
        #expect(try again.trainedIndex() == nil)
        try again.alter([.setTrained(vectorField: "", trained)])
        try again.maintain()
        #expect(try again.trainedIndex() == trained)
        #expect(try recall(again, queries) > 0.9)
        try reopened.dropCollection("source")
        reopened.close()
        #expect(try Store.verify(at: path).damage == [])
        let repaired = directory.file("repaired")
        _ = try Store.repair(at: path, into: repaired)
        #expect(try Store.open(at: repaired).collection("other").trainedIndex() == trained)
    }

    /// Rows in a plane teach no eight principal components of equal variance; rows of other collections do.
    @Test func `an index is built of it where its own rows could not be learned from`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let specification = try IndexSpecification(parsing: "PCAW8,Flat")
        let source = try collection(
            store,
            "source",
            clusteredVectors(count: 500, dimension: 24, seed: 5)[...],
            metric: .l2
        )
        let trained = try source.snapshot().train(specification)
        let flat = clusteredVectors(count: 500, dimension: 2, seed: 6).map {
            $0 + [Float](repeating: 0, count: 22)
        }
        for (name, trained) in [("own", nil), ("begun", trained)] {
            let made = try store.createCollection(
                name,
                CollectionConfiguration(dimension: 24, metric: .l2, index: specification),
                trained: trained.map { ["": $0] } ?? [:]
            )
            try made.upsert(
                flat.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
            )
            try made.seal()
            try made.maintain()
            let statistics = try made.statistics()
            #expect(statistics.unindexableSegments.count == (trained == nil ? 1 : 0), "\(name)")
            #expect((statistics.vectorFields[0].indexByteCount > 0) == (trained != nil), "\(name)")
        }
    }

    @Test func `what does not fit is refused`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let rows = clusteredVectors(count: 500, dimension: 24, seed: 5)
        let source = try collection(store, "source", rows[...])
        let snapshot = try source.snapshot()
        for kind in ["HNSW16", "Flat", "PQ7x4fs", "IVF1024,Flat", "graph", "ivf", "automatic"] {
            #expect(throws: StoreError.self) {
                try snapshot.train(try IndexSpecification(parsing: kind))
            }
        }
        let kind = try IndexSpecification(parsing: "IVF4,SQ8")
        #expect(throws: StoreError.cancelled) { try snapshot.train(kind) { false } }
        let trained = try snapshot.train(kind)
        for configuration in [
            CollectionConfiguration(dimension: 25),
            CollectionConfiguration(dimension: 24, metric: .l2),
        ] {
            #expect(throws: StoreError.self) {
                try store.createCollection("c", configuration, trained: ["": trained])
            }
        }
        #expect(throws: StoreError.unknownVectorField("x", collection: "c")) {
            try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 24),
                trained: ["x": trained]
            )
        }
        #expect(try store.collectionNames() == ["source"])
        var random = SplitMix64(seed: UInt64.random(in: 0..<1 << 32))
        for length in [0, 1, 100, trained.bytes.count - 1] {
            #expect(throws: (any Error).self) {
                try TrainedIndex(Array(trained.bytes.prefix(length)))
            }
        }
        for _ in 0..<200 {
            var bytes = trained.bytes
            let place = Int.random(in: bytes.indices, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            // Padding says nothing; every other byte is under a checksum.
            if let read = try? TrainedIndex(bytes) { #expect(read == trained, "byte \(place)") }
        }
        #expect(throws: StoreError.self) { try TrainedIndex(contentsOf: directory.file("nothing")) }
    }
}
