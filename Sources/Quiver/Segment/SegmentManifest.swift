import TextIndex

/// What a segment consists of: the payload of its manifest file, from which alone it can be opened.
///
/// | size | what |
/// | --- | --- |
/// | 4 | FE FF FF FF; FF FF FF FF as versions 3 and 4 of the format wrote it |
/// | 4, 4 and bytes | the collection's number and its name when the segment was made |
/// | … | `StoredSchema` as it was then |
/// | 8 | documents |
/// | 8, 8 | the lowest and the highest version of a document |
/// | 4, then 24 each | files: 4 kind, 4 field or column (0 for none), 8 length, 8 checksum |
///
/// Versions 1 and 2 wrote, from the collection's number on, with the identity of its encoder behind its name.
struct SegmentManifest: Sendable, Hashable {
    struct File: Sendable, Hashable {
        let kind: SegmentFileKind
        let fieldID: UInt32
        let summary: SegmentFileWriter.Summary

        var name: String { SegmentName.file(kind: kind, fieldID: fieldID) }
    }

    let collectionID: UInt32
    /// As they were when the segment was made: for whoever has the segment alone. The catalog's are
    /// in force.
    let collectionName: String
    let schema: StoredSchema
    let documentCount: UInt64
    let lowestVersion: UInt64
    let highestVersion: UInt64
    let files: [File]

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(CollectionRecord.marker)
        writer.integer(collectionID)
        writer.string(collectionName)
        schema.encode(into: &writer)
        writer.integer(documentCount)
        writer.integer(lowestVersion)
        writer.integer(highestVersion)
        writer.integer(UInt32(files.count))
        for file in files {
            writer.integer(file.kind.rawValue)
            writer.integer(file.fieldID)
            writer.summary(file.summary)
        }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> SegmentManifest
    {
        var reader = ByteReader(bytes)
        var collectionID: UInt32 = try reader.integer()
        let hasTextFields = collectionID == CollectionRecord.marker
        let isOld = !hasTextFields && collectionID != CollectionRecord.version3Marker
        if !isOld { collectionID = try reader.integer() }
        let collectionName = try reader.string()
        let schema: StoredSchema
        if isOld {
            _ = try reader.string()
            schema = try StoredSchema.decodeOld(&reader)
        } else {
            schema = try StoredSchema.decode(&reader, hasTextFields: hasTextFields)
        }
        let documentCount: UInt64 = try reader.integer()
        let lowest: UInt64 = try reader.integer()
        let highest: UInt64 = try reader.integer()
        guard documentCount <= UInt64(Int32.max) else {
            throw .init(reason: "holds \(documentCount) documents, more than a segment can")
        }
        var files: [File] = []
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let number: UInt32 = try reader.integer()
            guard let kind = SegmentFileKind(rawValue: number) else {
                throw .init(reason: "names a file of unknown kind \(number)")
            }
            files.append(
                File(
                    kind: kind,
                    fieldID: try reader.integer(),
                    summary: try reader.summary()
                )
            )
        }
        try reader.end()
        return SegmentManifest(
            collectionID: collectionID,
            collectionName: collectionName,
            schema: schema,
            documentCount: documentCount,
            lowestVersion: lowest,
            highestVersion: highest,
            files: files
        )
    }

    func summary(of kind: SegmentFileKind, fieldID: UInt32 = 0) -> SegmentFileWriter.Summary? {
        files.first { $0.kind == kind && $0.fieldID == fieldID }?.summary
    }
}

/// The names of segments and their files.
enum SegmentName {
    static let manifest = "manifest.qvs"

    static func directory(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }

    static func file(kind: SegmentFileKind, fieldID: UInt32) -> String {
        switch kind {
        case .manifest: manifest
        case .keys: "keys.qvs"
        case .documents: "documents.qvs"
        case .texts: "texts.qvs"
        case .vectors: "vectors-\(fieldID).qvs"
        case .graph: "graph-\(fieldID).qvs"
        case .faiss: "index-\(fieldID).qvs"
        case .fields: "fields.qvs"
        case .rows: "rows-\(fieldID).qvs"
        case .column: "column-\(fieldID).qvs"
        case .order: "order-\(fieldID).qvs"
        case .patches: "patches.qvs"
        case .terms: "words-\(fieldID)-terms.qvs"
        case .postings: "words-\(fieldID)-postings.qvs"
        case .positions: "words-\(fieldID)-positions.qvs"
        case .lengths: "words-\(fieldID)-lengths.qvs"
        case .record: "record.qvs"
        case .longText: "text.qvs"
        }
    }

    /// A built index: `graph-…` or `index-…`, as its kind is.
    static func index(_ kind: SegmentFileKind, fieldID: UInt32, generation: UInt64) -> String {
        "\(kind == .graph ? "graph" : "index")-\(fieldID)-\(generation).qvs"
    }

    /// A part of an index of words.
    static func words(_ part: TextIndexPart, fieldID: UInt32, generation: UInt64) -> String {
        let field = fieldID == StoredTextField.documentText ? "text" : "\(fieldID)"
        return "words-\(field)-\(generation)-\(part.rawValue).qvs"
    }

    static func patches(generation: UInt64) -> String {
        "patches-\(generation).qvs"
    }

    /// Whether a file of that name came to the segment after it was made.
    static func isAddition(_ name: String) -> Bool {
        ["graph-", "index-", "patches-", "words-"].contains { name.hasPrefix($0) }
    }
}
