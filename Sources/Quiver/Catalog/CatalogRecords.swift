import Indexes

/// The store as a whole (`settings` / `store`): 4 bytes magic `QVST`, then the fields in order.
struct StoreRecord: Sendable, Hashable {
    /// Of the whole format: catalog, segments and names on disk. Version 2 adds collections whose index is `ivf` or a
    /// FAISS factory string, their files, and refusals of an index; a store without any stays at version 1, which older programs open.
    static let formatVersion: UInt32 = 2
    static let formatVersionWithoutFAISS: UInt32 = 1
    static let readableFormats = formatVersionWithoutFAISS...formatVersion
    private static let magic: UInt32 = 0x5453_5651

    var format: UInt32 = StoreRecord.formatVersionWithoutFAISS
    /// The last commit number that was given out; commits are numbered through all collections.
    var commit: UInt64 = 0
    var nextCollectionID: UInt32 = 1
    var nextSegmentID: UInt64 = 1

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(Self.magic)
        writer.integer(format)
        writer.integer(commit)
        writer.integer(nextCollectionID)
        writer.integer(nextSegmentID)
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> StoreRecord
    {
        var reader = ByteReader(bytes)
        guard try reader.integer(UInt32.self) == magic else {
            throw .init(reason: "is not a store's record")
        }
        var record = StoreRecord()
        record.format = try reader.integer()
        // A later version may have more behind this; it is refused by its number.
        guard readableFormats.contains(record.format) else { return record }
        record.commit = try reader.integer()
        record.nextCollectionID = try reader.integer()
        record.nextSegmentID = try reader.integer()
        try reader.end()
        return record
    }
}

/// A vector field with the number that names it on disk, for ever.
struct StoredField: Sendable, Hashable {
    let id: UInt32
    let field: VectorField

    func encode(into writer: inout ByteWriter) {
        writer.integer(id)
        writer.string(field.name)
        writer.integer(UInt32(field.dimension))
        writer.integer(field.metric.rawValue)
        writer.integer(field.storage.rawValue)
        writer.string(field.index.description)
    }

    static func decode(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> StoredField {
        let id: UInt32 = try reader.integer()
        let name = try reader.string()
        let dimension = Int(try reader.integer(UInt32.self))
        guard (1...VectorField.maximumDimension).contains(dimension) else {
            throw .init(reason: "holds a vector field of dimension \(dimension)")
        }
        let metricNumber: UInt8 = try reader.integer()
        let storageNumber: UInt8 = try reader.integer()
        guard let metric = Metric(rawValue: metricNumber),
            let storage = Storage(rawValue: storageNumber)
        else {
            throw .init(
                reason:
                    "holds a vector field of metric \(metricNumber) and storage \(storageNumber)"
            )
        }
        let text = try reader.string()
        guard let index = try? IndexSpecification(parsing: text) else {
            throw .init(reason: "holds a vector field with the index \"\(text)\"")
        }
        return StoredField(
            id: id,
            field: VectorField(
                name: name,
                dimension: dimension,
                metric: metric,
                storage: storage,
                index: index
            )
        )
    }
}

/// A collection's name and schema (`collections`).
struct CollectionRecord: Sendable, Hashable {
    var name: String
    var fields: [StoredField]
    /// The encoder of the first vector field.
    var encoder: RememberedEncoder?

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.string(name)
        writer.integer(UInt32(fields.count))
        for field in fields { field.encode(into: &writer) }
        writer.integer(UInt8(encoder == nil ? 0 : 1))
        if let encoder {
            writer.string(encoder.identity.hash)
            writer.string(encoder.location)
        }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> CollectionRecord
    {
        var reader = ByteReader(bytes)
        let name = try reader.string()
        let fields = try decodeFields(&reader)
        var encoder: RememberedEncoder?
        if try reader.integer(UInt8.self) != 0 {
            encoder = RememberedEncoder(
                identity: EncoderIdentity(hash: try reader.string()),
                location: try reader.string()
            )
        }
        try reader.end()
        return CollectionRecord(name: name, fields: fields, encoder: encoder)
    }

    static func decodeFields(_ reader: inout ByteReader) throws(ByteReader.Malformed)
        -> [StoredField]
    {
        let count: UInt32 = try reader.integer()
        var fields: [StoredField] = []
        for _ in 0..<count { fields.append(try StoredField.decode(&reader)) }
        return fields
    }
}

/// What changes with each commit of a collection (`states`); what a reader compares to know whether it is current.
struct CollectionState: Sendable, Hashable {
    /// The collection's last commit.
    var commit: UInt64 = 0
    /// Grows whenever segments, their indexes, or the tail's beginning change: a cached snapshot with another number
    /// is loaded anew, one with the same number only takes the commits behind its own.
    var layout: UInt64 = 0
    /// Bytes of the tail's documents and rows, long texts included.
    var tailByteCount: UInt64 = 0

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(commit)
        writer.integer(layout)
        writer.integer(tailByteCount)
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> CollectionState
    {
        var reader = ByteReader(bytes)
        let state = CollectionState(
            commit: try reader.integer(),
            layout: try reader.integer(),
            tailByteCount: try reader.integer()
        )
        try reader.end()
        return state
    }
}

/// One published segment (`segments`): the files that it consists of are listed in its manifest.
struct SegmentRecord: Sendable, Hashable {
    /// A built index of one vector field.
    struct Index: Sendable, Hashable {
        let fieldID: UInt32
        /// 1 for the first one built, then counting; part of the file's name.
        let generation: UInt64
        let file: SegmentFileWriter.Summary
    }

    /// The decision that a vector field is to have no index here, because none can be made of the segment's rows. Being of
    /// the rows it is final: they are compared one by one.
    struct Refusal: Sendable, Hashable {
        let fieldID: UInt32
        let reason: String
    }

    var documentCount: UInt64
    /// Of all files but the indexes.
    var byteCount: UInt64
    var manifest: SegmentFileWriter.Summary
    var indexes: [Index] = []
    /// Only in stores of format version 2; the record ends before them if there are none.
    var refusals: [Refusal] = []

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(documentCount)
        writer.integer(byteCount)
        writer.integer(manifest.byteCount)
        writer.integer(manifest.checksum)
        writer.integer(UInt32(indexes.count))
        for index in indexes {
            writer.integer(index.fieldID)
            writer.integer(index.generation)
            writer.integer(index.file.byteCount)
            writer.integer(index.file.checksum)
        }
        guard !refusals.isEmpty else { return writer.bytes }
        writer.integer(UInt32(refusals.count))
        for refusal in refusals {
            writer.integer(refusal.fieldID)
            writer.string(refusal.reason)
        }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> SegmentRecord
    {
        var reader = ByteReader(bytes)
        var record = SegmentRecord(
            documentCount: try reader.integer(),
            byteCount: try reader.integer(),
            manifest: .init(byteCount: try reader.integer(), checksum: try reader.integer())
        )
        let count: UInt32 = try reader.integer()
        for _ in 0..<count {
            record.indexes.append(
                Index(
                    fieldID: try reader.integer(),
                    generation: try reader.integer(),
                    file: .init(byteCount: try reader.integer(), checksum: try reader.integer())
                )
            )
        }
        if reader.remainingCount > 0 {
            let count: UInt32 = try reader.integer()
            for _ in 0..<count {
                record.refusals.append(
                    Refusal(fieldID: try reader.integer(), reason: try reader.string())
                )
            }
        }
        try reader.end()
        return record
    }
}

/// The dead documents of a segment, in the order of its documents, 65,536 to a value (`tombstones`).
struct TombstoneBlock {
    static let documentCount = 65_536
    static let wordCount = documentCount / 64

    /// The last commit that changed the block.
    let commit: UInt64
    /// At most `wordCount` words, low bit first; words that are missing at the end are 0.
    let words: [UInt64]

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(commit)
        let end = (words.lastIndex { $0 != 0 } ?? -1) + 1
        for word in words[..<end] { writer.integer(word) }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> TombstoneBlock
    {
        var reader = ByteReader(bytes)
        let commit: UInt64 = try reader.integer()
        guard reader.remainingCount % 8 == 0, reader.remainingCount / 8 <= wordCount else {
            throw .init(reason: "holds \(reader.remainingCount) bytes of tombstones")
        }
        var words: [UInt64] = []
        while reader.remainingCount > 0 { words.append(try reader.integer()) }
        return TombstoneBlock(commit: commit, words: words)
    }
}
