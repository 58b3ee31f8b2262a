import TextIndex

/// One published segment (`segments`): the files that it consists of are listed in its manifest.
///
/// | size | what |
/// | --- | --- |
/// | 8, 8 | documents; bytes of all files but indexes and patches |
/// | 8, 8 | length and checksum of the manifest |
/// | 4, then each | indexes: 4 field, 8 generation, 8 length, 8 checksum |
/// | 4, then each | refusals: 4 field, 4 and bytes reason |
/// | 1 | 1: has patches; then 8 generation, 8 length, 8 checksum |
/// | 8 | 0, or the commit that adopted it, which is then the version of its documents |
/// | 4, then each | the specification of each index, in the order of the indexes: 4 and bytes |
///
/// | 4, then each | inverted indexes: 4 field, 8 generation, 4 and bytes specification, 1 files, then of each 8 length, 8 checksum |
///
/// A record of version 1 ends behind the indexes, one of version 2 behind the refusals, one of
/// versions 3 and 4 behind the specifications.
struct SegmentRecord: Sendable, Hashable {
    /// A built index of one vector field.
    struct Index: Sendable, Hashable {
        let fieldID: UInt32
        /// Part of the file's name, which is never given out twice: 1 for one that came with the segment, else a number from the
        /// counter of segments.
        let generation: UInt64
        let file: SegmentFileWriter.Summary
        /// What it was built as; empty where versions 1 and 2 built it: as the field says.
        var specification: String
    }

    /// A built index of the words of one text field, or of one field of sparse vectors.
    struct Inverted: Sendable, Hashable {
        /// As `InvertedField.id`.
        let fieldID: UInt32
        /// As that of an index.
        let generation: UInt64
        /// `InvertedField.specification` when it was built.
        let specification: String
        /// In the order of `TextIndexPart.allCases`; none if no document has a word or a weight.
        let files: [SegmentFileWriter.Summary]

        var byteCount: UInt64 { files.reduce(0) { $0 + $1.byteCount } }
    }

    /// The decision that a vector field is to have no index here, because none can be made of the segment's rows. Being of
    /// the rows it is final: they are compared one by one, as long as the field's specification stays the same.
    struct Refusal: Sendable, Hashable {
        let fieldID: UInt32
        let reason: String
    }

    /// The file of documents that were updated since the segment was made.
    struct Patches: Sendable, Hashable {
        /// Part of the file's name.
        let generation: UInt64
        let file: SegmentFileWriter.Summary
    }

    var documentCount: UInt64
    /// Of all files but the indexes.
    var byteCount: UInt64
    var manifest: SegmentFileWriter.Summary
    var indexes: [Index] = []
    var refusals: [Refusal] = []
    var patches: Patches?
    var adoptingCommit: UInt64 = 0
    var invertedIndexes: [Inverted] = []

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(documentCount)
        writer.integer(byteCount)
        writer.summary(manifest)
        writer.integer(UInt32(indexes.count))
        for index in indexes {
            writer.integer(index.fieldID)
            writer.integer(index.generation)
            writer.summary(index.file)
        }
        writer.integer(UInt32(refusals.count))
        for refusal in refusals {
            writer.integer(refusal.fieldID)
            writer.string(refusal.reason)
        }
        writer.integer(UInt8(patches == nil ? 0 : 1))
        if let patches {
            writer.integer(patches.generation)
            writer.summary(patches.file)
        }
        writer.integer(adoptingCommit)
        writer.integer(UInt32(indexes.count))
        for index in indexes { writer.string(index.specification) }
        writer.integer(UInt32(invertedIndexes.count))
        for index in invertedIndexes {
            writer.integer(index.fieldID)
            writer.integer(index.generation)
            writer.string(index.specification)
            writer.integer(UInt8(index.files.count))
            for file in index.files { writer.summary(file) }
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
            manifest: try reader.summary()
        )
        for _ in 0..<(try reader.integer(UInt32.self)) {
            record.indexes.append(
                Index(
                    fieldID: try reader.integer(),
                    generation: try reader.integer(),
                    file: try reader.summary(),
                    specification: ""
                )
            )
        }
        if reader.remainingCount > 0 {
            for _ in 0..<(try reader.integer(UInt32.self)) {
                record.refusals.append(
                    Refusal(fieldID: try reader.integer(), reason: try reader.string())
                )
            }
        }
        if reader.remainingCount > 0 {
            if try reader.integer(UInt8.self) != 0 {
                record.patches = Patches(
                    generation: try reader.integer(),
                    file: try reader.summary()
                )
            }
            record.adoptingCommit = try reader.integer()
            guard try reader.integer(UInt32.self) == UInt32(record.indexes.count) else {
                throw .init(reason: "holds a segment with indexes of unknown specification")
            }
            for index in record.indexes.indices {
                record.indexes[index].specification = try reader.string()
            }
        }
        if reader.remainingCount > 0 {
            for _ in 0..<(try reader.integer(UInt32.self)) {
                record.invertedIndexes.append(try invertedIndex(&reader))
            }
        }
        try reader.end()
        return record
    }
}

extension SegmentRecord {
    private static func invertedIndex(
        _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> Inverted {
        let fieldID: UInt32 = try reader.integer()
        let generation: UInt64 = try reader.integer()
        let specification = try reader.string()
        let fileCount = try reader.integer(UInt8.self)
        guard fileCount == 0 || fileCount == TextIndexPart.allCases.count else {
            throw .init(reason: "holds an index of words of \(fileCount) files")
        }
        var files: [SegmentFileWriter.Summary] = []
        for _ in 0..<fileCount { files.append(try reader.summary()) }
        return Inverted(
            fieldID: fieldID,
            generation: generation,
            specification: specification,
            files: files
        )
    }
}

extension SegmentRecord.Inverted {
    /// The names of the files.
    var names: [String] {
        files.isEmpty
            ? []
            : TextIndexPart.allCases.map {
                SegmentName.words($0, fieldID: fieldID, generation: generation)
            }
    }
}

extension ByteWriter {
    mutating func summary(_ summary: SegmentFileWriter.Summary) {
        integer(summary.byteCount)
        integer(summary.checksum)
    }
}

extension ByteReader {
    mutating func summary() throws(Malformed) -> SegmentFileWriter.Summary {
        .init(byteCount: try integer(), checksum: try integer())
    }
}
