import Quiver
import TestSupport
import Testing

/// What a store can hold: the limits are met for real, but for those of rows, which are lowered.
@Suite struct LimitTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    @Test func `a collection has as many vector fields, fields and columns as are promised`() throws
    {
        let store = try Store.create(at: path)
        func fields(_ count: Int, dimension: Int = 1) -> [VectorField] {
            (0..<count).map { VectorField(name: "v\($0)", dimension: dimension, metric: .l2) }
        }
        func refused(_ configuration: CollectionConfiguration) -> StoreError? {
            do throws(StoreError) {
                _ = try store.createCollection("x", configuration)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            refused(CollectionConfiguration(vectorFields: fields(101)))
                == .tooLarge(what: "number of vector fields", found: 101, limit: 100)
        )
        #expect(refused(CollectionConfiguration(dimension: 65_537)) != nil)
        #expect(refused(CollectionConfiguration(dimension: 0)) != nil)
        #expect(
            refused(
                CollectionConfiguration(
                    vectorFields: [],
                    fields: (0...1_000).map { Field(name: "f\($0)", type: .bool) }
                )
            ) != nil
        )
        #expect(
            refused(
                CollectionConfiguration(
                    vectorFields: [],
                    fields: [
                        Field(name: "\u{E9}", type: .bool), Field(name: "e\u{301}", type: .bool),
                    ]
                )
            ) != nil
        )
        let collection = try store.createCollection(
            "wide",
            CollectionConfiguration(
                vectorFields: fields(99) + [
                    VectorField(name: "long", dimension: 65_536, metric: .l2, index: .exact)
                ],
                fields: (0..<1_000).map { Field(name: "f\($0)", type: .int64) }
            )
        )
        var vectors: [String: [Float]] = [:]
        for number in 0..<99 { vectors["v\(number)"] = [Float(number)] }
        vectors["long"] = (0..<65_536).map { Float($0 % 7) }
        var values: [String: FieldValue] = [:]
        for number in 0..<1_000 { values["f\(number)"] = .int64(Int64(number)) }
        let document = Document(
            key: .string(String(repeating: "k", count: Key.maximumByteCount)),
            fields: values,
            vectors: vectors
        )
        try collection.upsert([document])
        for _ in 0..<2 {
            let found = try #require(try collection.documents([document.key])[0])
            #expect(found.fields == values && found.vectors == vectors)
            try collection.seal()
        }
        for key in ["", String(repeating: "k", count: Key.maximumByteCount + 1)] {
            #expect(throws: StoreError.self) {
                try collection.upsert([Document(key: .string(key), vectors: vectors)])
            }
        }
    }

    @Test func `a text of 64 MiB is kept and a longer one refused`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(vectorFields: [], fields: [Field(name: "raw", type: .bytes)])
        )
        let text = String(repeating: "0123456789abcdef", count: 4 << 20)
        try collection.upsert([Document(key: 1, text: text, vectors: [:])])
        #expect(throws: StoreError.textTooLong(key: 2, byteCount: 67_108_865, limit: 67_108_864)) {
            try collection.upsert([Document(key: 2, text: text + "x", vectors: [:])])
        }
        for _ in 0..<2 {
            #expect(try collection.documents([1])[0]?.text == text)
            try collection.seal()
        }
        let most = FieldValue.maximumByteCount - 9
        try collection.upsert([
            Document(
                key: 3,
                fields: ["raw": .bytes(Array(repeating: 7, count: most))],
                vectors: [:]
            )
        ])
        #expect(throws: StoreError.self) {
            try collection.upsert([
                Document(
                    key: 4,
                    fields: ["raw": .bytes(Array(repeating: 7, count: most + 1))],
                    vectors: [:]
                )
            ])
        }
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `there are as many collections as are promised`() throws {
        var options = Store.Options()
        options.durability = .relaxed
        let store = try Store.create(at: path, options: options)
        let configuration = CollectionConfiguration(vectorFields: [])
        try store.createCollections(
            (0..<Store.maximumCollectionCount).map { ("c\($0)", configuration) }
        )
        #expect(throws: StoreError.self) { _ = try store.createCollection("one", configuration) }
        #expect(try store.collectionNames().count == Store.maximumCollectionCount)
        try store.collection("c9999").upsert([Document(key: 1, vectors: [:])])
        #expect(
            try Store.open(at: path, access: .readOnly).collection("c9999").snapshot().liveCount
                == 1
        )
        try store.dropCollection("c0")
        _ = try store.createCollection("one", configuration)
    }

    @Test func `rows beyond a segment go into another, and beyond a collection nowhere`() throws {
        var options = Store.Options()
        options.rowLimits.segment = 100
        options.rowLimits.collection = 350
        let store = try Store.create(at: path, options: options)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(name: "v", dimension: 1, metric: .l2, index: .exact)]
            )
        )
        func document(_ key: UInt64, rows: Int) -> Document {
            Document(
                key: .integer(key),
                vectors: ["v": (0..<rows).map { Float(key) + Float($0) / 1_000 }]
            )
        }
        #expect(
            throws: StoreError.tooLarge(
                what: "number of rows of a segment",
                found: 101,
                limit: 100
            )
        ) { try collection.upsert([document(0, rows: 101)]) }
        for key in 0..<8 as Range<UInt64> { try collection.upsert([document(key, rows: 40)]) }
        #expect(try collection.statistics().segmentCount == 3)
        #expect(
            throws: StoreError.tooLarge(
                what: "number of rows of a collection",
                found: 360,
                limit: 350
            )
        ) { try collection.upsert([document(8, rows: 40)]) }
        try collection.compact()
        #expect(try collection.statistics().segmentCount == 4)
        let hits = try collection.search(SearchRequest(queries: [[5.0201]], k: 1))[0].hits
        #expect(hits[0].key == 5 && hits[0].row == 20)
        #expect(try collection.snapshot().liveCount == 8)
        #expect(try Store.verify(at: path).damage == [])
    }
}
