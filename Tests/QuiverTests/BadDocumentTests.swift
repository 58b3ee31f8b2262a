import Glibc
import Quiver
import TestSupport
import Testing

@Suite struct BadDocumentTests {
    private let directory = TemporaryDirectory()

    private func collection(
        _ metric: Metric = .cosine,
        _ storage: Storage = .float32
    ) throws -> Collection {
        try Store.create(at: directory.file("store"))
            .createCollection(
                "c",
                CollectionConfiguration(dimension: 3, metric: metric, storage: storage)
            )
    }

    private func write(_ documents: Document..., to collection: Collection) throws(StoreError) {
        var batch = WriteBatch()
        for document in documents { batch.upsert(document) }
        try collection.write(batch)
    }

    @Test func `a wrong dimension names key, field and both numbers`() throws {
        let collection = try collection()
        #expect(throws: StoreError.dimensionMismatch(key: 7, field: "", expected: 3, found: 2)) {
            try write(Document(key: 7, vector: [1, 2]), to: collection)
        }
    }

    @Test func `a batch takes the memory of what is in it, not of its count`() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let store = try Store.create(at: directory.file("store"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: VectorField.maximumDimension)
            )
            // Room for as many rows would be 256 GiB.
            var batch = WriteBatch()
            for key in 0..<(1 << 20) { batch.delete(.integer(UInt64(key))) }
            guard try collection.write(batch).missingCount == 1 << 20 else { exit(1) }
            exit(0)
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `a number that is not finite is refused under every metric`(value: Float) throws {
        for metric in Metric.ofNumbers {
            let store = try Store.create(at: directory.file("store-\(metric)"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 3, metric: metric)
            )
            #expect(throws: StoreError.notFinite(key: "k", field: "", row: 0, position: 1)) {
                try write(Document(key: "k", vector: [1, value, 2]), to: collection)
            }
        }
    }

    @Test func `a zero vector is refused under cosine alone`() throws {
        for metric in Metric.ofNumbers {
            let store = try Store.create(at: directory.file("store-\(metric)"))
            let collection = try store.createCollection(
                "c",
                CollectionConfiguration(dimension: 3, metric: metric)
            )
            if metric == .cosine {
                #expect(throws: StoreError.zeroVector(key: 1, field: "", row: 0)) {
                    try write(Document(key: 1, vector: [0, 0, 0]), to: collection)
                }
            } else {
                try write(Document(key: 1, vector: [0, 0, 0]), to: collection)
                #expect(try collection.statistics().liveCount == 1)
            }
        }
    }

    @Test func `a vector that is lost in its storage type counts as zero`() throws {
        let collection = try collection(.cosine, .float16)
        #expect(throws: StoreError.zeroVector(key: 1, field: "", row: 0)) {
            try write(Document(key: 1, vector: [1e-30, 0, 0]), to: collection)
        }
    }

    @Test func `a number too large for float16 is refused by position`() throws {
        let collection = try collection(.l2, .float16)
        #expect(
            throws: StoreError.float16Overflow(
                key: 1,
                field: "",
                row: 0,
                position: 2,
                value: 70_000
            )
        ) {
            try write(Document(key: 1, vector: [1, 2, 70_000]), to: collection)
        }
        try write(Document(key: 1, vector: [1, 2, 65_504]), to: collection)
    }

    @Test func `a key that stands twice in a batch is refused and nothing is kept`() throws {
        let collection = try collection()
        #expect(throws: StoreError.duplicateKey("a")) {
            try write(
                Document(key: "a", vector: [1, 0, 0]),
                Document(key: "b", vector: [1, 0, 0]),
                Document(key: "a", vector: [0, 1, 0]),
                to: collection
            )
        }
        #expect(try collection.statistics().liveCount == 0)
    }

    @Test func `one bad document keeps its whole batch out`() throws {
        let collection = try collection()
        #expect(throws: StoreError.self) {
            try write(
                Document(key: 1, vector: [1, 0, 0]),
                Document(key: 2, vector: [1]),
                to: collection
            )
        }
        #expect(try collection.documents([1]) == [nil])
    }

    @Test(arguments: [0, 481])
    func `a string key has 1 to 480 bytes`(count: Int) throws {
        let collection = try collection()
        #expect(throws: StoreError.self) {
            try write(
                Document(key: .string(String(repeating: "k", count: count)), vector: [1, 0, 0]),
                to: collection
            )
        }
        let longest = Key.string(String(repeating: "k", count: 480))
        try write(Document(key: longest, vector: [1, 0, 0]), to: collection)
        try collection.seal()
        #expect(try collection.documents([longest])[0]?.key == longest)
    }

    @Test func `a text over 64 MiB is refused`() throws {
        let collection = try collection()
        let text = String(repeating: "x", count: Document.maximumTextByteCount + 1)
        #expect(
            throws: StoreError.textTooLong(
                key: 1,
                byteCount: text.utf8.count,
                limit: Document.maximumTextByteCount
            )
        ) {
            try write(Document(key: 1, text: text, vector: [1, 0, 0]), to: collection)
        }
    }

    @Test func `an unknown vector field and a missing one are named`() throws {
        let collection = try collection()
        #expect(throws: StoreError.unknownVectorField("title", collection: "c")) {
            try write(
                Document(key: 1, vectors: ["": [1, 0, 0], "title": [1, 0, 0]]),
                to: collection
            )
        }
        #expect(throws: StoreError.missingVectors(key: 1, field: "")) {
            try write(Document(key: 1, vectors: [:]), to: collection)
        }
    }

    @Test(arguments: [0, -1, 65_537])
    func `a dimension is 1 to 65536`(dimension: Int) throws {
        let store = try Store.create(at: directory.file("store"))
        #expect(throws: StoreError.self) {
            _ = try store.createCollection("c", CollectionConfiguration(dimension: dimension))
        }
        _ = try store.createCollection("c", CollectionConfiguration(dimension: 65_536))
    }

    @Test(arguments: [
        "", "IVF", "IVF0,Flat", "HNSW0", "IDMap,Flat", "BIVF64", "PQ0", "ivf,Flat", "Graph",
    ])
    func `an index that is not supported is named with the reason`(text: String) {
        #expect {
            _ = try IndexSpecification(parsing: text)
        } throws: {
            guard case .unsupportedIndex(text, let reason) = $0 as? StoreError else { return false }
            return !reason.isEmpty
        }
    }

    @Test(arguments: ["PQ7", "PCA17,Flat"])
    func `an index that does not fit the rows is refused when its collection is made`(text: String)
        throws
    {
        let store = try Store.create(at: directory.file("store"))
        let configuration = CollectionConfiguration(
            dimension: 16,
            index: try IndexSpecification(parsing: text)
        )
        #expect(throws: StoreError.self) { _ = try store.createCollection("c", configuration) }
    }

    @Test(arguments: ["", "a\nb", String(repeating: "n", count: 256)])
    func `a name of a collection may not be empty, long or hold control characters`(name: String)
        throws
    {
        let store = try Store.create(at: directory.file("store"))
        #expect(throws: StoreError.self) {
            _ = try store.createCollection(name, CollectionConfiguration(dimension: 3))
        }
    }

    @Test func `a collection that exists and one that does not are named`() throws {
        let store = try Store.create(at: directory.file("store"))
        _ = try store.createCollection("c", CollectionConfiguration(dimension: 3))
        #expect(throws: StoreError.collectionExists("c")) {
            _ = try store.createCollection("c", CollectionConfiguration(dimension: 4))
        }
        #expect(throws: StoreError.unknownCollection("d")) { _ = try store.collection("d") }
    }
}
