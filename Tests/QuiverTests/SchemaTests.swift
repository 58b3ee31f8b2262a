import Quiver
import TestSupport
import Testing

/// Typed fields, several vector fields with many rows, row columns, and what changes them.
@Suite struct SchemaTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    private static let configuration = CollectionConfiguration(
        vectorFields: [
            VectorField(name: "title", dimension: 2, metric: .l2),
            VectorField(
                name: "tokens",
                dimension: 3,
                metric: .l2,
                storage: .float16,
                index: .exact,
                isOptional: true,
                rowColumns: [
                    RowColumn(name: "next", type: .int32),
                    RowColumn(name: "weight", type: .float32),
                ]
            ),
        ],
        fields: [
            Field(name: "lang", type: .string), Field(name: "year", type: .int64),
            Field(name: "score", type: .double), Field(name: "archived", type: .bool),
            Field(name: "at", type: .timestamp), Field(name: "tags", type: .strings),
            Field(name: "raw", type: .bytes), Field(name: "ids", type: .int32s),
        ]
    )

    private static let whole = Document(
        key: "whole",
        text: "all of it",
        fields: [
            "lang": .string("de"), "year": .int64(2_020), "score": .double(0.5),
            "archived": .bool(false),
            "at": timestamp("2026-11-28T10:25:49.25+01:00"),
            "tags": .strings(["a", "", "ü"]), "raw": .bytes([0, 255]), "ids": .int32s([-1, 7]),
        ],
        vectors: ["title": [1, 2], "tokens": [1, 0, 0, 0, 1, 0, 0, 0, 1]],
        columns: ["tokens": ["next": .int32([5, 6, 7]), "weight": .float32([0.5, 1, 2])]]
    )
    private static let bare = Document(
        key: "bare",
        fields: ["year": .null],
        vectors: ["title": [3, 4]]
    )

    private func expectWhole(_ document: StoredDocument?) {
        #expect(document?.text == Self.whole.text)
        #expect(document?.fields == Self.whole.fields)
        #expect(document?.vectors == Self.whole.vectors)
        #expect(document?.columns == Self.whole.columns)
    }

    @Test func `a document comes back whole from tail, segment and another handle`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", Self.configuration)
        try collection.upsert([Self.whole, Self.bare])
        for step in 0..<3 {
            let reader = try Store.open(at: path, access: .readOnly).collection("c")
            for handle in [collection, reader] {
                let found = try handle.documents(["whole", "bare"])
                expectWhole(found[0])
                #expect(found[1]?.fields == ["year": .null])
                #expect(found[1]?.vectors == ["title": [3, 4]])
                #expect(found[1]?.columns == [:])
                let hits = try handle.search(
                    SearchRequest(
                        queries: [[0, 1, 0.1]],
                        k: 5,
                        vectorField: "tokens",
                        contents: .all
                    )
                )[0].hits
                #expect(hits.map(\.row) == [1, 2, 0])
                #expect(hits[0].columns == ["next": .int32([6]), "weight": .float32([1])])
                #expect(hits[0].vector == [0, 1, 0])
                #expect(hits[0].fields == Self.whole.fields)
            }
            #expect(try Store.verify(at: path).damage == [])
            if step == 0 { try collection.seal() } else { try collection.maintain() }
        }
        let counts = try collection.statistics().byteCounts
        #expect(counts.fields > 0 && counts.rowColumns > 0)
    }

    @Test func `updates change metadata alone, in the tail and in segments`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", Self.configuration)
        try collection.upsert([Self.whole, Self.bare])
        var expected = Self.whole.fields
        for round in 0..<6 {
            var batch = WriteBatch()
            expected["year"] = .int64(Int64(round))
            expected["lang"] = nil
            if round == 3 { expected["score"] = .null }
            batch.update(
                DocumentUpdate(
                    key: "whole",
                    fields: ["year": .int64(Int64(round))]
                        .merging(round == 3 ? ["score": .null] : [:]) { $1 },
                    removedFields: ["lang"]
                )
            )
            let receipt = try collection.write(batch)
            #expect(receipt.updatedCount == 1)
            let reader = try Store.open(at: path, access: .readOnly).collection("c")
            for handle in [collection, reader] {
                let found = try handle.documents(["whole"])[0]
                #expect(found?.fields == expected)
                #expect(found?.vectors == Self.whole.vectors)
                #expect(found?.version == receipt.commit)
            }
            if round % 2 == 1 { try collection.seal() }
            #expect(try collection.documents(["whole"])[0]?.version == receipt.commit)
            #expect(try Store.verify(at: path).damage == [])
        }
        #expect(try collection.statistics().segmentCount == 1)
        #expect(throws: StoreError.unknownKey("gone")) {
            var batch = WriteBatch()
            batch.update(DocumentUpdate(key: "gone", fields: ["year": .int64(1)]))
            try collection.write(batch)
        }
    }

    @Test func `preconditions refuse the whole batch`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 1, metric: .l2)
        )
        try collection.upsert([Document(key: 1, vector: [1])])
        let version = try #require(try collection.documents([1])[0]?.version)
        func attempt(_ change: (inout WriteBatch) -> Void) throws -> CommitReceipt {
            var batch = WriteBatch()
            batch.upsert(Document(key: 9, vector: [9]))
            change(&batch)
            return try collection.write(batch)
        }
        for sealed in [false, true] {
            if sealed { try collection.seal() }
            #expect(throws: StoreError.keyExists(1)) {
                _ = try attempt { $0.insert(Document(key: 1, vector: [2])) }
            }
            #expect(
                throws: StoreError.versionConflict(key: 1, expected: version + 1, found: version)
            ) {
                _ = try attempt {
                    $0.upsert(Document(key: 1, vector: [2]), if: .hasVersion(version + 1))
                }
            }
            #expect(throws: StoreError.versionConflict(key: 2, expected: 1, found: nil)) {
                _ = try attempt { $0.delete(2, if: .hasVersion(1)) }
            }
            #expect(try collection.statistics().liveCount == 1)
        }
        let receipt = try attempt {
            $0.upsert(Document(key: 1, vector: [2]), if: .hasVersion(version))
        }
        #expect(receipt.replacedCount == 1 && receipt.insertedCount == 1)
        _ = try attempt { $0.delete(1, if: .hasVersion(receipt.commit)) }
        #expect(try collection.documents([1])[0] == nil)
    }

    @Test func `what does not fit the schema is refused by name`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", Self.configuration)
        func refused(_ change: (inout Document) -> Void) -> StoreError? {
            var document = Self.whole
            change(&document)
            do throws(StoreError) {
                var batch = WriteBatch()
                batch.upsert(document)
                try collection.write(batch)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            refused { $0.fields["year"] = .string("x") }
                == .fieldTypeMismatch(key: "whole", field: "year", expected: .int64, found: .string)
        )
        #expect(refused { $0.fields["yeer"] = .null } == .unknownField("yeer", collection: "c"))
        #expect(
            refused { $0.fields["score"] = .double(.nan) }
                == .invalidFieldValue(
                    key: "whole",
                    field: "score",
                    reason: "a double is neither NaN nor infinite"
                )
        )
        #expect(
            refused { $0.vectors["title"] = nil } == .missingVectors(key: "whole", field: "title")
        )
        #expect(
            refused { $0.vectors["tokens"] = [1, 2] }
                == .dimensionMismatch(key: "whole", field: "tokens", expected: 3, found: 2)
        )
        #expect(
            refused { $0.columns["tokens"]?["next"] = nil }
                == .missingRowColumn(key: "whole", field: "tokens", column: "next")
        )
        #expect(
            refused { $0.columns["tokens"]?["next"] = .int32([1]) }
                == .rowColumnMismatch(
                    key: "whole",
                    field: "tokens",
                    column: "next",
                    expected: "3 of int32",
                    found: "1 of int32"
                )
        )
        #expect(
            refused { $0.columns["tokens"]?["prev"] = .int32([1, 2, 3]) }
                == .unknownRowColumn("prev", field: "tokens")
        )
        #expect(refused { $0.fields["raw"] = .bytes(Array(repeating: 0, count: 16 << 20)) } != nil)
        #expect(try collection.statistics().liveCount == 0)
    }

    @Test func `a schema changes under its documents`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection("c", Self.configuration)
        _ = try store.createCollection("taken", CollectionConfiguration(vectorFields: []))
        try collection.upsert([Self.whole, Self.bare])
        try collection.seal()
        try collection.upsert([Document(key: "tail", vectors: ["title": [0, 0]])])
        let before = try collection.snapshot()
        try collection.alter([
            .dropField("lang"), .addField(Field(name: "lang", type: .int64)),
            .renameField("year", to: "annum"), .dropVectorField("tokens"),
            .addVectorField(VectorField(name: "image", dimension: 1, metric: .l2)),
            .setIndex(vectorField: "title", .graph), .renameCollection("d"),
        ])
        #expect(throws: StoreError.collectionExists("taken")) {
            try collection.alter([.renameCollection("taken")])
        }
        #expect(throws: StoreError.unknownField("year", collection: "d")) {
            try collection.alter([.dropField("year")])
        }
        for _ in 0..<2 {
            let reader = try Store.open(at: path, access: .readOnly).collection("d")
            for handle in [collection, reader] {
                #expect(handle.name == "d")
                let found = try handle.documents(["whole", "tail"])
                #expect(found[0]?.fields["lang"] == nil)
                #expect(found[0]?.fields["annum"] == .int64(2_020))
                #expect(found[0]?.vectors == ["title": [1, 2]])
                #expect(found[1]?.vectors == ["title": [0, 0]])
            }
            #expect(try Store.verify(at: path).damage == [])
            try collection.maintain()
            try collection.seal()
        }
        #expect(try collection.statistics().vectorFields[0].indexByteCount > 0)
        try collection.upsert([
            Document(
                key: "new",
                fields: ["lang": .int64(1)],
                vectors: ["title": [9, 9], "image": [1, 2, 3]]
            )
        ])
        let hits = try collection.search(
            SearchRequest(queries: [[2.1]], k: 9, vectorField: "image")
        )[0].hits
        #expect(hits.map(\.row) == [1, 2, 0])
        // The old snapshot is as it was.
        expectWhole(try before.documents(["whole"])[0])
        try collection.alter([.setIndex(vectorField: "title", .exact)])
        try collection.maintain()
        #expect(try collection.statistics().vectorFields[0].indexByteCount == 0)
        #expect(try Store.verify(at: path).damage == [])
        try store.dropCollection("d")
        #expect(try store.collectionNames() == ["taken"])
        #expect(throws: StoreError.unknownCollection("d")) { _ = try collection.snapshot() }
        #expect(try Store.verify(at: path).documentCount == 0)
    }

    @Test func `an index never takes the name of one that a snapshot keeps`() throws {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 8, metric: .l2)
        )
        let vectors = clusteredVectors(count: 300, dimension: 8, seed: 9)
        try collection.upsert(
            vectors.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        for text in ["HNSW16", "exact", "HNSW8", "exact", "HNSW12", "IVF4,SQ8", "HNSW4"] {
            let index = try IndexSpecification(parsing: text)
            try collection.alter([.setIndex(vectorField: "", index)])
            try collection.maintain()
            try store.createSnapshot(text + "\(try store.snapshots().count)")
        }
        let request = SearchRequest(queries: [vectors[7]], k: 1)
        for snapshot in try store.snapshots() {
            let kept = try store.snapshot(named: snapshot.name, collection: "c")
            #expect(try kept.search(request)[0].hits.map(\.key) == [7], "\(snapshot.name)")
        }
        #expect(try Store.verify(at: path).damage == [])
        for snapshot in try store.snapshots() { try store.dropSnapshot(snapshot.name) }
        store.close()
        let reopened = try Store.open(at: path).collection("c")
        #expect(try reopened.search(request)[0].hits.map(\.key) == [7])
        #expect(try reopened.statistics().vectorFields[0].indexByteCount > 0)
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `a batch of two collections is one commit or none`() throws {
        let store = try Store.create(at: path)
        let configuration = CollectionConfiguration(dimension: 1, metric: .l2)
        let first = try store.createCollection("a", configuration)
        let second = try store.createCollection("b", configuration)
        func batch(_ key: Key, _ vector: [Float]) -> WriteBatch {
            var batch = WriteBatch()
            batch.insert(Document(key: key, vector: vector))
            return batch
        }
        var both = StoreBatch()
        both.add(batch(1, [1]), to: "a")
        both.add(batch(1, [1]), to: "b")
        let receipts = try store.write(both)
        #expect(receipts.map(\.commit) == [1, 1])
        var refused = StoreBatch()
        refused.add(batch(2, [1]), to: "a")
        refused.add(batch(1, [1]), to: "b")
        #expect(throws: StoreError.keyExists(1)) { try store.write(refused) }
        #expect(try first.statistics().liveCount == 1)
        #expect(try second.statistics().liveCount == 1)
        var twice = StoreBatch()
        twice.add(batch(2, [1]), to: "a")
        twice.add(batch(3, [1]), to: "a")
        #expect(throws: StoreError.duplicateCollection("a")) { try store.write(twice) }
    }
}
