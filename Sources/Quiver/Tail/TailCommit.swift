import Indexes

/// One commit of the tail, read from the catalog into memory of our own: immutable, shared by the snapshots.
final class TailCommit: Sendable {
    let commit: UInt64
    let keys: KeyList
    let textHashes: [UInt64]
    let kills: [Kill]
    let patches: [TailPatch]
    /// What filters have found in it.
    let filtered = FilterCache()
    private let texts: [TailText]
    private let textBytes: [UInt8]
    /// Where each document's metadata ends in `fieldBytes`; empty if none has any.
    private let fieldEnds: [Int]
    private let fieldBytes: [UInt8]
    /// By the vector field's number.
    private let vectors: [UInt32: TailRows]

    fileprivate init(builder: TailCommitBuilder, vectors: [UInt32: TailRows]) {
        commit = builder.commit
        keys = builder.keys
        textHashes = builder.textHashes
        kills = builder.kills
        patches = builder.patches
        texts = builder.texts
        textBytes = builder.textBytes
        fieldEnds = builder.fieldEnds
        fieldBytes = builder.fieldBytes
        self.vectors = vectors
    }

    var documentCount: Int { keys.count }

    /// The rows of a vector field; none of a field that the commit does not know.
    func rows(of field: UInt32) -> TailRows {
        vectors[field] ?? TailRows(map: .empty(documentCount: documentCount))
    }

    /// A document's metadata (`EncodedFields`) as it was written, during `body`.
    func withFields<Result>(
        of ordinal: Int,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        guard !fieldEnds.isEmpty else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let start = ordinal == 0 ? 0 : fieldEnds[ordinal - 1]
        let end = fieldEnds[ordinal]
        return try fieldBytes.withBytes { (bytes) throws(StoreError) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
    }

    /// The text of a document in UTF-8, during `body`; `nil` if it has none.
    func withText<Result>(
        of ordinal: Int,
        _ body: (UnsafeRawBufferPointer?) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch texts[ordinal] {
        case .none:
            return try body(nil)
        case .inline(let range):
            return try textBytes.withBytes { (bytes) throws(StoreError) in
                try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        case .file(let file):
            return try body(try file.allBytes())
        }
    }

    /// The files of the texts that have one of their own.
    var longTextFiles: [SegmentFile] {
        texts.compactMap { if case .file(let file) = $0 { file } else { nil } }
    }
}

/// Collects a commit's blocks as they are read.
struct TailCommitBuilder {
    private let collection: UInt32
    let commit: UInt64
    fileprivate(set) var keys = KeyList()
    fileprivate(set) var textHashes: [UInt64] = []
    fileprivate(set) var kills: [Kill] = []
    fileprivate(set) var patches: [TailPatch] = []
    fileprivate(set) var texts: [TailText] = []
    fileprivate(set) var textBytes: [UInt8] = []
    fileprivate(set) var fieldEnds: [Int] = []
    fileprivate(set) var fieldBytes: [UInt8] = []
    private var vectors: [UInt32: TailRowsBuilder] = [:]
    private var lastKey: [UInt8] = []

    init(collection: UInt32, commit: UInt64) {
        self.collection = collection
        self.commit = commit
    }

    /// Opens the file of the long text of a document; `nil` leaves the document without it.
    typealias LongTextOpener = (
        _ name: String, _ ordinal: Int, _ expected: SegmentFileWriter.Summary
    ) throws(StoreError) -> SegmentFile?

    /// Takes a block in. Those of fields that the schema has no more are left out.
    mutating func append(
        _ kind: TailBlockKind,
        fieldID: UInt32,
        _ value: UnsafeRawBufferPointer,
        schema: StoredSchema,
        openLongText: LongTextOpener
    ) throws {
        switch kind {
        case .documents: try append(documents: value, openLongText: openLongText)
        case .fields: try append(fields: value)
        case .patches: try append(patches: value)
        case .vectors:
            guard let field = schema.vectorFields.first(where: { $0.id == fieldID }) else { return }
            try vectors[fieldID, default: TailRowsBuilder()].append(vectors: value, of: field)
        case .rowCounts:
            guard schema.vectorFields.contains(where: { $0.id == fieldID }) else { return }
            try vectors[fieldID, default: TailRowsBuilder()].append(counts: value)
        case .column:
            for field in schema.vectorFields {
                guard let (id, column) = field.columns.first(where: { $0.id == fieldID }) else {
                    continue
                }
                try vectors[field.id, default: TailRowsBuilder()].append(
                    column: value,
                    id: id,
                    type: column.type
                )
            }
        }
    }

    private mutating func append(
        documents value: UnsafeRawBufferPointer,
        openLongText: LongTextOpener
    ) throws {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        guard first == keys.count else {
            throw ByteReader.Malformed(
                reason: "begins with document \(first), expected \(keys.count)"
            )
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let unit = try CommittedUnit.decode(&reader)
            kills.append(Kill(unit: unit, ordinal: try reader.integer()))
        }
        for _ in 0..<count { try appendDocument(&reader, openLongText: openLongText) }
        try reader.end()
    }

    private mutating func appendDocument(
        _ reader: inout ByteReader,
        openLongText: LongTextOpener
    ) throws {
        let key = try reader.bytes(Int(try reader.integer(UInt16.self)))
        _ = try EncodedKey.decode(key)
        guard lastKey.withUnsafeBytes({ compareKeys($0, key) }) < 0 else {
            throw ByteReader.Malformed(reason: "holds keys that are out of order")
        }
        lastKey = Array(key)
        var hash: UInt64 = try reader.integer()
        let placeNumber: UInt8 = try reader.integer()
        guard let place = TailTextPlace(rawValue: placeNumber) else {
            throw ByteReader.Malformed(reason: "holds a text in place \(placeNumber)")
        }
        let length: UInt64 = try reader.integer()
        guard length <= UInt64(Document.maximumTextByteCount) else {
            throw ByteReader.Malformed(reason: "holds a text of \(length) bytes")
        }
        switch place {
        case .none:
            texts.append(.none)
        case .here:
            let text = try reader.bytes(Int(length))
            texts.append(.inline(textBytes.count..<(textBytes.count + text.count)))
            textBytes.append(contentsOf: text)
        case .fileOfCommit, .fileOfCollection:
            let ordinal = keys.count
            let name =
                place == .fileOfCommit
                ? TailFormat.longTextNameWithoutCollection(commit: commit, ordinal: ordinal)
                : TailFormat.longTextName(
                    collection: collection,
                    commit: commit,
                    ordinal: ordinal
                )
            guard let file = try openLongText(name, ordinal, try reader.summary()) else {
                texts.append(.none)
                hash = 0
                break
            }
            guard file.payloadByteCount == Int(length) else {
                throw StoreError.damaged(
                    file: file.path,
                    reason: "holds \(file.payloadByteCount) bytes, expected \(length)"
                )
            }
            texts.append(.file(file))
        }
        keys.append(key)
        textHashes.append(hash)
    }

    private mutating func append(
        fields value: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        guard first == fieldEnds.count else {
            throw .init(reason: "begins with document \(first), expected \(fieldEnds.count)")
        }
        for _ in 0..<count {
            let bytes = try reader.bytes(Int(try reader.integer(UInt32.self)))
            fieldBytes.append(contentsOf: bytes)
            fieldEnds.append(fieldBytes.count)
        }
        try reader.end()
    }

    private mutating func append(
        patches value: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        guard first == patches.count else {
            throw .init(reason: "begins with patch \(first), expected \(patches.count)")
        }
        for _ in 0..<count {
            let unit = try CommittedUnit.decode(&reader)
            let ordinal: UInt32 = try reader.integer()
            let fields = Array(try reader.bytes(Int(try reader.integer(UInt32.self))))
            patches.append(TailPatch(unit: unit, ordinal: ordinal, fields: fields))
        }
        try reader.end()
    }

    /// The finished commit, if its blocks fit together.
    func finished(
        schema: StoredSchema
    ) throws(ByteReader.Malformed) -> TailCommit {
        guard fieldEnds.isEmpty || fieldEnds.count == keys.count else {
            throw .init(
                reason: "holds the metadata of \(fieldEnds.count) of \(keys.count) documents"
            )
        }
        for field in schema.vectorFields where !field.field.isOptional && vectors[field.id] == nil {
            guard keys.count == 0 else {
                throw .init(reason: "holds no rows of vector field \(field.id)")
            }
        }
        var rows: [UInt32: TailRows] = [:]
        for (id, builder) in vectors {
            rows[id] = try builder.finished(
                documentCount: keys.count,
                field: schema.vectorFields.first { $0.id == id }
            )
        }
        return TailCommit(builder: self, vectors: rows)
    }
}
