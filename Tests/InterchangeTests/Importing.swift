import Interchange
import Quiver
import TestSupport
import Testing

/// Makes a vector of a text's length, and counts what it was asked.
private final class CountingEncoder: Encoder {
    let identity = EncoderIdentity(hash: String(repeating: "0", count: 32))
    let dimension: Int
    let maximumTokenCount = 256
    let calls = Calls()

    init(dimension: Int = 2) {
        self.dimension = dimension
    }

    func encode(
        _ texts: [String],
        _ request: EncodingRequest,
        progress: (Int) -> Bool
    ) throws -> EncodedTexts {
        calls.append(texts.count)
        #expect(request.role == .document)
        guard progress(texts.count) else { throw CancellationError() }
        let dimension = dimension(for: request)
        return try EncodedTexts(
            rows: texts.flatMap { text in (0..<dimension).map { Float(text.utf8.count + $0) } },
            dimension: dimension,
            tokenCounts: texts.map(\.utf8.count)
        )
    }
}

/// Makes a row of each byte of a text: the byte and its place, which is a column, too.
private final class ByteEncoder: Encoder {
    let identity = EncoderIdentity(hash: String(repeating: "1", count: 32))
    let dimension = 2
    let maximumTokenCount = 256
    let givesOneRow = false
    let rowColumns = [
        RowColumn(name: "place", type: .int32), RowColumn(name: "byte", type: .int32),
    ]

    func encode(
        _ texts: [String],
        _ request: EncodingRequest,
        progress: (Int) -> Bool
    ) throws -> EncodedTexts {
        let bytes = texts.map { Array($0.utf8) }
        return try EncodedTexts(
            rows: bytes.flatMap { $0.enumerated().flatMap { [Float($1), Float($0)] } },
            dimension: 2,
            rowCounts: bytes.map(\.count),
            columns: [
                "place": .int32(bytes.flatMap { $0.indices.map(Int32.init) }),
                "byte": .int32(bytes.flatMap { $0.map(Int32.init) }),
            ],
            tokenCounts: bytes.map(\.count)
        )
    }
}

/// Documents of a list; fails where `nil` stands.
private final class ListReader: DocumentReader {
    let byteCount: Int?
    var consumedByteCount: Int { next }
    private let documents: [SourceDocument?]
    private var next = 0

    init(_ documents: [SourceDocument?], isLive: Bool = false) {
        self.documents = documents
        byteCount = isLive ? nil : documents.count
    }

    func read(upTo count: Int) throws(InterchangeError) -> [SourceDocument] {
        var batch: [SourceDocument] = []
        while batch.count < count, next < documents.count {
            guard let document = documents[next] else { throw broken }
            batch.append(document)
            next += 1
        }
        return batch
    }
}

private let broken = InterchangeError.line(file: "list", line: 0, column: nil, problem: .empty)

private func document(
    _ key: Key,
    text: String? = nil,
    vector: [Float]? = nil,
    line: Int = 1
) -> SourceDocument {
    SourceDocument(
        key: key,
        text: text,
        vectors: vector.map { ["": SourceRows(numbers: $0)] } ?? [:],
        position: SourcePosition(file: "list", unit: .line, number: line)
    )
}

@Suite struct `Importing` {
    private let folder = TemporaryDirectory()
    private let collection: Collection

    init() throws {
        collection = try Store.create(at: folder.file("store"))
            .createCollection("c", CollectionConfiguration(dimension: 2, metric: .l2))
    }

    private func importer(batch: Int, _ encoder: CountingEncoder? = nil) throws -> Importer {
        var importer = try Importer(into: collection)
        importer.batchCount = batch
        importer.openEncoder = { () throws(InterchangeError) in encoder }
        return importer
    }

    @Test func `texts get vectors, and given vectors stay`() throws {
        let encoder = CountingEncoder()
        var importer = try importer(batch: 2, encoder)
        let reader = ListReader([
            document(1, text: "abc"), document(2, text: "x", vector: [9, 8]), document(3, text: ""),
        ])
        try importer.run(reader) { _, _ in true }
        let stored = try collection.documents([1, 2, 3])
        #expect(stored.map(\.?.vector) == [[3, 4], [9, 8], [0, 1]])
        #expect(stored.map(\.?.text) == ["abc", "x", ""])
        #expect(importer.progress.documentCount == 3)
    }

    @Test func `small batches are encoded together and acknowledged one by one`() throws {
        let encoder = CountingEncoder()
        var importer = try importer(batch: 100, encoder)
        let documents = (0..<1250).map { document(.integer(UInt64($0)), text: "t\($0)") }
        var acknowledged: [Int] = []
        try importer.run(ListReader(documents)) { event, progress in
            if event == .acknowledged {
                acknowledged.append(progress.documentCount)
                #expect((try? collection.statistics().liveCount) == progress.documentCount)
            }
            return true
        }
        #expect(acknowledged == stride(from: 100, through: 1200, by: 100) + [1250])
        #expect(encoder.calls.counts == [600, 600, 50])
    }

    @Test func `a live input is acknowledged batch by batch`() throws {
        let encoder = CountingEncoder()
        var importer = try importer(batch: 2, encoder)
        let documents = (0..<5).map { document(.integer(UInt64($0)), text: "t") }
        try importer.run(ListReader(documents, isLive: true)) { _, _ in true }
        #expect(encoder.calls.counts == [2, 2, 1])
    }

    @Test func `a broken line ends the import after the batches before it`() throws {
        var importer = try importer(batch: 2, CountingEncoder())
        let reader = ListReader([
            document(1, text: "a"), document(2, text: "b"), document(3, text: "c"), nil,
        ])
        #expect(throws: broken) { try importer.run(reader) { _, _ in true } }
        #expect(try collection.documents([1, 2, 3]).map { $0 != nil } == [true, true, false])
    }

    @Test func `a document that the store refuses is named by its line`() throws {
        var importer = try importer(batch: 2)
        let reader = ListReader([
            document(1, vector: [1, 2], line: 1), document(2, vector: [1, 2], line: 2),
            document(3, vector: [1, 2], line: 3), document(4, vector: [1, .nan], line: 4),
        ])
        let position = SourcePosition(file: "list", unit: .line, number: 4)
        #expect(
            throws: InterchangeError.refused(
                .notFinite(key: 4, field: "", row: 0, position: 1),
                at: position
            )
        ) { try importer.run(reader) { _, _ in true } }
        #expect(try collection.statistics().liveCount == 2)
    }

    @Test func `a text without an encoder is named by its line`() throws {
        var importer = try importer(batch: 1)
        let reader = ListReader([
            document(1, vector: [1, 2]), document(2, text: "b", line: 7),
        ])
        #expect(
            throws: InterchangeError.line(
                file: "list",
                line: 7,
                column: nil,
                problem: .missingVector(field: "", hasText: true)
            )
        ) { try importer.run(reader) { _, _ in true } }
        #expect(try collection.statistics().liveCount == 1)
    }

    @Test func `an encoder of another dimension is refused`() throws {
        var importer = try importer(batch: 1, CountingEncoder(dimension: 3))
        let error = #expect(throws: InterchangeError.self) {
            try importer.run(ListReader([document(1, text: "a")])) { _, _ in true }
        }
        #expect(error?.description.contains("dimension 3") == true)
    }

    @Test func `a handler that says no stops after a durable batch or while encoding`() throws {
        let documents = (0..<4).map { document(.integer(UInt64($0)), vector: [1, 2]) }
        var stored = try importer(batch: 2)
        #expect(throws: InterchangeError.cancelled) {
            try stored.run(ListReader(documents)) { event, _ in event != .acknowledged }
        }
        #expect(try collection.statistics().liveCount == 2)
        var encoding = try importer(batch: 2, CountingEncoder())
        #expect(throws: InterchangeError.cancelled) {
            try encoding.run(ListReader([document(9, text: "a")])) { event, _ in
                event != .encoding
            }
        }
        #expect(try collection.documents([9]) == [nil])
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `the last of a key wins, as a dictionary would have it`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var model: [Key: Float] = [:]
        var replacedCount = 0
        let documents = (0..<200).map { number in
            let key = Key.integer(UInt64.random(in: 0..<60, using: &generator))
            if model.updateValue(Float(number), forKey: key) != nil { replacedCount += 1 }
            return document(key, vector: [Float(number), 1])
        }
        var importer = try importer(batch: Int.random(in: 1...50, using: &generator))
        try importer.run(ListReader(documents)) { _, _ in true }
        for (key, number) in model {
            let stored = try collection.documents([key])
            #expect(stored.first??.vector == [number, 1], "seed \(seed)")
        }
        #expect(importer.progress.replacedCount == replacedCount, "seed \(seed)")
        #expect(importer.progress.documentCount == 200)
    }
}

@Suite struct `Importing into several vector fields` {
    private let folder = TemporaryDirectory()
    private let collection: Collection

    init() throws {
        collection = try Store.create(at: folder.file("store")).createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(name: "x", dimension: 2, metric: .l2),
                    VectorField(name: "y", dimension: 2, metric: .l2, isOptional: true),
                ]
            )
        )
    }

    private func run(_ field: String?, _ encoder: CountingEncoder?, vectors: [String: SourceRows])
        throws
    {
        var importer = try Importer(into: collection, vectorField: field)
        importer.openEncoder = { () throws(InterchangeError) in encoder }
        var document = document(1, text: "abc")
        document.vectors = vectors
        try importer.run(ListReader([document])) { _, _ in true }
    }

    @Test func `texts are encoded for the chosen field alone`() throws {
        try run(
            "y",
            CountingEncoder(),
            vectors: ["x": SourceRows(numbers: [1, 2, 3, 4], rowCount: 2)]
        )
        #expect(
            try collection.documents([1]).first??.vectors == ["x": [1, 2, 3, 4], "y": [3, 4]]
        )
    }

    @Test func `an optional field needs no encoder, another one does`() throws {
        try run("y", nil, vectors: ["x": SourceRows(numbers: [1, 2])])
        #expect(try collection.documents([1]).first??.vectors == ["x": [1, 2]])
        let error = #expect(throws: InterchangeError.self) { try run("x", nil, vectors: [:]) }
        #expect(error?.description.contains("no vector \"x\" in \"vectors\"") == true)
        let missing = #expect(throws: InterchangeError.self) { try run(nil, nil, vectors: [:]) }
        #expect(missing?.description.contains("no vector of field \"x\"") == true)
    }

    @Test func `rows of another length are refused by field`() throws {
        let rows = SourceRows(numbers: [1, 2, 3, 4])
        #expect(
            throws: InterchangeError.refused(
                .dimensionMismatch(key: 1, field: "x", expected: 2, found: 4),
                at: SourcePosition(file: "list", unit: .line, number: 1)
            )
        ) { try run(nil, nil, vectors: ["x": rows]) }
    }

    @Test func `a field that is not there is refused`() throws {
        #expect(
            throws: InterchangeError.refused(.unknownVectorField("z", collection: "c"), at: nil)
        ) { try Importer(into: collection, vectorField: "z") }
    }
}

@Suite struct `Importing rows of tokens` {
    private let folder = TemporaryDirectory()

    private func imported(
        _ columns: [RowColumn],
        isOptional: Bool = false,
        _ documents: [SourceDocument]
    ) throws -> Collection {
        let collection = try Store.create(at: folder.file("store")).createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(
                        name: "",
                        dimension: 2,
                        metric: .l2,
                        isOptional: isOptional,
                        rowColumns: columns
                    )
                ]
            )
        )
        var importer = try Importer(into: collection)
        importer.openEncoder = { () throws(InterchangeError) in ByteEncoder() }
        try importer.run(ListReader(documents)) { _, _ in true }
        return collection
    }

    @Test func `fills in rows and those columns that the field has`() throws {
        let collection = try imported(
            [RowColumn(name: "place", type: .int64)],
            [document(1, text: "ab"), document(2, text: "c")]
        )
        let stored = try collection.documents([1, 2], contents: [.vectors, .columns])
        #expect(stored[0]?.vector == [97, 0, 98, 1])
        #expect(stored[0]?.columns == ["": ["place": .int64([0, 1])]])
        #expect(stored[1]?.columns == ["": ["place": .int64([0])]])
    }

    @Test func `leaves columns that the file has`() throws {
        var given = document(1, text: "ab")
        given.columns = ["": ["byte": .int32([7, 8])]]
        let collection = try imported([RowColumn(name: "byte", type: .int32)], [given])
        let stored = try collection.documents([1], contents: .columns)
        #expect(stored[0]?.columns == ["": ["byte": .int32([7, 8])]])
    }

    @Test func `takes a text without tokens where a document may lack rows`() throws {
        let collection = try imported(
            [],
            isOptional: true,
            [document(1, text: ""), document(2, text: "x")]
        )
        #expect(try collection.documents([1, 2]).map { $0?.vector ?? [] } == [[], [120, 0]])
    }

    @Test func `names the line of a text without tokens where it may not`() {
        #expect(
            throws: InterchangeError.refused(
                .missingVectors(key: 1, field: ""),
                at: SourcePosition(file: "list", unit: .line, number: 3)
            )
        ) { try imported([], [document(1, text: "", line: 3)]) }
    }

    @Test func `refuses columns that the encoder does not give`() {
        let error = #expect(throws: InterchangeError.self) {
            try imported([RowColumn(name: "other", type: .int32)], [document(1, text: "a")])
        }
        #expect("\(error, default: "")".contains("other"))
    }
}

@Suite struct `Importing cut rows` {
    @Test func `takes a field of the prefix's dimension`() throws {
        let folder = TemporaryDirectory()
        let collection = try Store.create(at: folder.file("store"))
            .createCollection("c", CollectionConfiguration(dimension: 3, metric: .l2))
        var importer = try Importer(into: collection)
        importer.request.prefixDimension = 3
        importer.openEncoder = { () throws(InterchangeError) in CountingEncoder(dimension: 9) }
        try importer.run(ListReader([document(1, text: "ab")])) { _, _ in true }
        #expect(try collection.documents([1]).first??.vector == [2, 3, 4])
    }
}
