import Indexes

/// One commit of the tail, read from the catalog into memory of our own: immutable, shared by the snapshots.
final class TailCommit: Sendable {
    /// Some rows of one vector field.
    struct Block: Sendable {
        let firstOrdinal: Int
        let count: Int
        private let bytes: AlignedBytes
        private let normsOffset: Int
        private let scalesOffset: Int?

        /// A view of the rows, valid during `body`.
        func withRows<Result, Failure: Error>(
            of field: VectorField,
            _ body: (Rows) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try withExtendedLifetime(bytes) { () throws(Failure) in
                let values = bytes.unsafeBytes
                return try body(
                    Rows(
                        storage: field.storage,
                        metric: field.metric,
                        dimension: field.dimension,
                        count: count,
                        values: values.baseAddress.unsafelyUnwrapped,
                        norms: (values.baseAddress.unsafelyUnwrapped + normsOffset)
                            .assumingMemoryBound(to: Float.self),
                        scales: scalesOffset.map {
                            (values.baseAddress.unsafelyUnwrapped + $0).assumingMemoryBound(
                                to: Float.self
                            )
                        }
                    )
                )
            }
        }

        /// A row as it is stored, its norm, and its scale under `int8`, during `body`.
        func withStoredRow<Result>(
            _ row: Int,
            of field: VectorField,
            _ body: (_ values: UnsafeRawBufferPointer, _ norm: Float, _ scale: Float?)
                throws(StoreError) -> Result
        ) throws(StoreError) -> Result {
            try withExtendedLifetime(bytes) { () throws(StoreError) in
                let size = field.storage.bytesPerRow(dimension: field.dimension)
                let all = bytes.unsafeBytes
                let values = UnsafeRawBufferPointer(
                    rebasing: all[(row * size)..<((row + 1) * size)]
                )
                let norm = all.loadUnaligned(fromByteOffset: normsOffset + 4 * row, as: Float.self)
                let scale = scalesOffset.map {
                    all.loadUnaligned(fromByteOffset: $0 + 4 * row, as: Float.self)
                }
                return try body(values, norm, scale)
            }
        }

        /// Reads a `vectors` block (`TailFormat`).
        init(_ value: UnsafeRawBufferPointer, field: VectorField) throws(ByteReader.Malformed) {
            var reader = ByteReader(value)
            let count = Int(try reader.integer(UInt32.self))
            let first = Int(try reader.integer(UInt32.self))
            let dimension = Int(try reader.integer(UInt32.self))
            let storage: UInt8 = try reader.integer()
            guard dimension == field.dimension, storage == field.storage.rawValue else {
                throw .init(reason: "holds rows of dimension \(dimension), storage \(storage)")
            }
            let valuesByteCount = count * field.storage.bytesPerRow(dimension: dimension)
            let normsOffset = (valuesByteCount + 3) & ~3
            let scalesOffset = normsOffset + 4 * count
            let end = scalesOffset + (field.storage == .int8 ? 4 * count : 0)
            guard count > 0, value.count == TailFormat.vectorHeaderByteCount + end else {
                throw .init(reason: "holds \(value.count) bytes for \(count) rows")
            }
            bytes = AlignedBytes(
                copying: UnsafeRawBufferPointer(
                    rebasing: value.dropFirst(TailFormat.vectorHeaderByteCount)
                )
            )
            self.count = count
            firstOrdinal = first
            self.normsOffset = normsOffset
            self.scalesOffset = field.storage == .int8 ? scalesOffset : nil
        }
    }

    let commit: UInt64
    let keys: KeyList
    let textHashes: [UInt64]
    let kills: [Kill]
    private let texts: [TailText]
    private let textBytes: [UInt8]
    /// By field id.
    let vectors: [UInt32: [Block]]

    init(commit: UInt64, builder: TailCommitBuilder) {
        self.commit = commit
        keys = builder.keys
        textHashes = builder.textHashes
        kills = builder.kills
        texts = builder.texts
        textBytes = builder.textBytes
        vectors = builder.vectors
    }

    var documentCount: Int { keys.count }

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

    /// The documents whose text is in a file of its own.
    var longTextOrdinals: [Int] {
        texts.indices.filter { if case .file = texts[$0] { true } else { false } }
    }

    /// The files of the texts that have one of their own.
    var longTextFiles: [SegmentFile] {
        texts.compactMap { if case .file(let file) = $0 { file } else { nil } }
    }

    /// The block of `field` that holds a document's row, and the row's place in it.
    func block(of ordinal: Int, field: UInt32) -> (block: Block, row: Int)? {
        guard let blocks = vectors[field] else { return nil }
        for block in blocks where ordinal < block.firstOrdinal + block.count {
            return ordinal >= block.firstOrdinal ? (block, ordinal - block.firstOrdinal) : nil
        }
        return nil
    }
}

/// Collects a commit's blocks as they are read.
struct TailCommitBuilder {
    fileprivate(set) var keys = KeyList()
    fileprivate(set) var textHashes: [UInt64] = []
    fileprivate(set) var kills: [Kill] = []
    fileprivate(set) var texts: [TailText] = []
    fileprivate(set) var textBytes: [UInt8] = []
    fileprivate(set) var vectors: [UInt32: [TailCommit.Block]] = [:]
    private var lastKey: [UInt8] = []

    init() {}

    /// Takes a `documents` block in.
    ///
    /// - Parameter openLongText: opens the file of the long text of a document.
    mutating func append(
        documents value: UnsafeRawBufferPointer,
        openLongText: (
            _ ordinal: Int, _ expected: SegmentFileWriter.Summary
        ) throws(StoreError) -> SegmentFile
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
            let kind: UInt8 = try reader.integer()
            let unit: UInt64 = try reader.integer()
            let ordinal: UInt32 = try reader.integer()
            guard kind < 2 else {
                throw ByteReader.Malformed(reason: "holds a kill of kind \(kind)")
            }
            kills.append(
                Kill(unit: kind == 0 ? .tail(commit: unit) : .segment(unit), ordinal: ordinal)
            )
        }
        for _ in 0..<count { try appendDocument(&reader, openLongText: openLongText) }
        try reader.end()
    }

    private mutating func appendDocument(
        _ reader: inout ByteReader,
        openLongText: (
            _ ordinal: Int, _ expected: SegmentFileWriter.Summary
        ) throws(StoreError) -> SegmentFile
    ) throws {
        let key = try reader.bytes(Int(try reader.integer(UInt16.self)))
        _ = try EncodedKey.decode(key)
        guard lastKey.withUnsafeBytes({ compareKeys($0, key) }) < 0 else {
            throw ByteReader.Malformed(reason: "holds keys that are out of order")
        }
        lastKey = Array(key)
        let hash: UInt64 = try reader.integer()
        let place: UInt8 = try reader.integer()
        let length: UInt64 = try reader.integer()
        guard length <= UInt64(Document.maximumTextByteCount) else {
            throw ByteReader.Malformed(reason: "holds a text of \(length) bytes")
        }
        switch place {
        case 0:
            texts.append(.none)
        case 1:
            let text = try reader.bytes(Int(length))
            texts.append(.inline(textBytes.count..<(textBytes.count + text.count)))
            textBytes.append(contentsOf: text)
        case 2:
            let expected = SegmentFileWriter.Summary(
                byteCount: try reader.integer(),
                checksum: try reader.integer()
            )
            let file = try openLongText(keys.count, expected)
            guard file.payloadByteCount == Int(length) else {
                throw StoreError.damaged(
                    file: file.path,
                    reason: "holds \(file.payloadByteCount) bytes, expected \(length)"
                )
            }
            texts.append(.file(file))
        default:
            throw ByteReader.Malformed(reason: "holds a text in place \(place)")
        }
        keys.append(key)
        textHashes.append(hash)
    }

    /// Takes a `vectors` block in.
    mutating func append(
        vectors value: UnsafeRawBufferPointer,
        of field: StoredField
    ) throws(ByteReader.Malformed) {
        let block = try TailCommit.Block(value, field: field.field)
        let expected = vectors[field.id].flatMap(\.last).map { $0.firstOrdinal + $0.count } ?? 0
        guard block.firstOrdinal == expected else {
            throw .init(reason: "begins with row \(block.firstOrdinal), expected \(expected)")
        }
        vectors[field.id, default: []].append(block)
    }

    /// The finished commit, if every document has its rows.
    func finished(commit: UInt64, fields: [StoredField]) throws(ByteReader.Malformed) -> TailCommit
    {
        for field in fields {
            let rows = vectors[field.id].flatMap(\.last).map { $0.firstOrdinal + $0.count } ?? 0
            guard rows == keys.count else {
                throw .init(
                    reason: "holds \(rows) rows of field \(field.id) for \(keys.count) documents"
                )
            }
        }
        return TailCommit(commit: commit, builder: self)
    }
}
