import Quiver
import TestSupport
import Testing

/// Makes a row of each byte of a text: the byte and its place, which is a column, too.
private struct ByteEncoder: Encoder {
    let identity = EncoderIdentity(hash: String(repeating: "1", count: 32))
    let dimension = 2
    let maximumTokenCount = 256
    let givesOneRow = false
    let rowColumns = [RowColumn(name: "place", type: .int32)]

    func encode(
        _ texts: [String],
        _ request: EncodingRequest,
        progress: (Int) -> Bool
    ) throws -> EncodedTexts {
        guard progress(texts.count) else { throw CancellationError() }
        let bytes = texts.map { Array($0.utf8) }
        return try EncodedTexts(
            rows: bytes.flatMap { $0.enumerated().flatMap { [Float($1), Float($0)] } },
            dimension: 2,
            rowCounts: bytes.map(\.count),
            columns: ["place": .int32(bytes.flatMap { $0.indices.map(Int32.init) })],
            tokenCounts: bytes.map(\.count)
        )
    }
}

@Suite struct `Documents that an encoder completes` {
    private let directory = TemporaryDirectory()
    private let encoder = ByteEncoder()
    private var field: VectorField {
        VectorField(
            dimension: 2,
            metric: .l2,
            isOptional: true,
            rowColumns: [
                RowColumn(name: "place", type: .int64), RowColumn(name: "other", type: .int8),
            ]
        )
    }

    @Test func `get rows and those columns that the field has`() throws {
        var documents = [
            Document(key: 1, text: "ab", vectors: [:]),
            Document(key: 2, text: "ab", vector: [7, 7]),
            Document(key: 3, vectors: [:]),
            Document(key: 4, text: "", vectors: [:]),
        ]
        documents[0].columns[""] = ["other": .int8([5, 6])]
        let request = EncodingRequest(role: .document)
        try encoder.addRows(to: &documents, of: field, request) { $0 <= 2 }
        #expect(documents[0].vectors[""] == [97, 0, 98, 1])
        #expect(documents[0].columns[""] == ["place": .int64([0, 1]), "other": .int8([5, 6])])
        #expect(documents[1].vectors[""] == [7, 7] && documents[1].columns[""] == nil)
        #expect(documents[2].vectors.isEmpty && documents[3].vectors.isEmpty)
    }

    @Test func `stay as they are where that cannot be`() throws {
        var documents = [Document(key: 1, text: "ab", vectors: [:])]
        let request = EncodingRequest(role: .document)
        #expect(throws: CancellationError.self) {
            try encoder.addRows(to: &documents, of: field, request) { _ in false }
        }
        #expect(throws: EncodedTextsError.dimension(field: "v", expected: 3, found: 2)) {
            try encoder.addRows(to: &documents, of: VectorField(name: "v", dimension: 3), request) {
                _ in true
            }
        }
        #expect(documents[0].vectors.isEmpty && documents[0].columns.isEmpty)
    }

    @Test func `go into a collection that is bound from the start`() throws {
        let store = try Store.create(at: directory.file("store"))
        let remembered = RememberedEncoder(identity: encoder.identity, location: "/bytes")
        let configuration = CollectionConfiguration(
            vectorFields: [field, VectorField(name: "plain", dimension: 1, isOptional: true)]
        )
        let collection = try store.createCollection(
            "c",
            configuration,
            encoders: [VectorField.unnamed: remembered]
        )
        #expect(try collection.encoder(of: "") == remembered)
        #expect(try collection.encoder(of: "plain") == nil)
        #expect(throws: StoreError.unknownVectorField("none", collection: "d")) {
            _ = try store.createCollection("d", configuration, encoders: ["none": remembered])
        }
        #expect(try store.collectionNames() == ["c"])
    }
}
