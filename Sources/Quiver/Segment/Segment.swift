import Indexes
import Synchronization

/// A published segment, open: immutable, self-contained, mapped.
final class Segment: Sendable {
    let id: UInt64
    let path: String
    let manifest: SegmentManifest
    let record: SegmentRecord
    let keys: KeyFile
    let documents: DocumentFile
    private let texts: SegmentFile
    private let vectors: [UInt32: VectorFile]
    private let indexFiles: [UInt32: SegmentFile]
    /// Indexes that have been validated, by field.
    private let indexes = Mutex<[UInt32: SegmentIndex]>([:])

    /// Opens the segment in the directory `path`, in a read transaction if readers may be retiring it.
    init(id: UInt64, path: String, record: SegmentRecord, fields: [StoredField]) throws(StoreError)
    {
        self.id = id
        self.path = path
        self.record = record
        let manifestFile = try SegmentFile(
            path: "\(path)/\(SegmentName.manifest)",
            kind: .manifest,
            expected: record.manifest
        )
        let bytes = try manifestFile.allBytes()
        let manifest = try asDamage(of: manifestFile.path) { () throws(ByteReader.Malformed) in
            try SegmentManifest.decode(bytes)
        }
        guard manifest.documentCount == record.documentCount,
            Self.holds(manifest.fields, rowsOf: fields)
        else {
            throw .damaged(
                file: manifestFile.path,
                reason: "does not fit the collection's record in the catalog"
            )
        }
        self.manifest = manifest
        let count = Int(manifest.documentCount)
        keys = try KeyFile(Self.open(.keys, manifest, path), documentCount: count)
        documents = try DocumentFile(Self.open(.documents, manifest, path), documentCount: count)
        texts = try Self.open(.texts, manifest, path)
        var vectors: [UInt32: VectorFile] = [:]
        for field in fields {
            vectors[field.id] = try VectorFile(
                Self.open(.vectors, manifest, path, fieldID: field.id),
                field: field.field,
                count: count
            )
        }
        self.vectors = vectors
        var indexFiles: [UInt32: SegmentFile] = [:]
        for index in record.indexes {
            guard let field = fields.first(where: { $0.id == index.fieldID }) else { continue }
            let kind = field.indexFileKind
            let name = SegmentName.index(
                kind,
                fieldID: index.fieldID,
                generation: index.generation
            )
            indexFiles[index.fieldID] = try SegmentFile(
                path: "\(path)/\(name)",
                kind: kind,
                expected: index.file
            )
        }
        self.indexFiles = indexFiles
    }

    private static func open(
        _ kind: SegmentFileKind,
        _ manifest: SegmentManifest,
        _ path: String,
        fieldID: UInt32 = 0
    ) throws(StoreError) -> SegmentFile {
        guard let summary = manifest.summary(of: kind, fieldID: fieldID) else {
            throw .damaged(
                file: "\(path)/\(SegmentName.manifest)",
                reason: "names no file for \(kind)"
            )
        }
        return try SegmentFile(
            path: "\(path)/\(SegmentName.file(kind: kind, fieldID: fieldID))",
            kind: kind,
            expected: summary
        )
    }

    /// Whether rows written under `old` can be read under `fields`. Names and index specifications may change.
    private static func holds(_ old: [StoredField], rowsOf fields: [StoredField]) -> Bool {
        fields.allSatisfy { field in
            old.contains {
                $0.id == field.id && $0.field.dimension == field.field.dimension
                    && $0.field.metric == field.field.metric
                    && $0.field.storage == field.field.storage
            }
        }
    }

    var documentCount: Int { keys.count }

    /// The files of the segment that are open, for `verify`.
    var files: [SegmentFile] {
        [keys.file, documents.file, texts] + vectors.values.map(\.file) + indexFiles.values
    }

    /// The rows of a field; valid while the segment lives.
    func rows(of field: UInt32) throws(StoreError) -> Rows {
        try vectorFile(field).rows()
    }

    /// One document's row as float32.
    func row(_ ordinal: Int, of field: UInt32) throws(StoreError) -> [Float] {
        try vectorFile(field).row(ordinal)
    }

    /// A row as it is stored, its norm, and its scale under `int8`; valid while the segment lives.
    func storedRow(
        _ ordinal: Int,
        of field: UInt32
    ) throws(StoreError) -> (values: UnsafeRawBufferPointer, norm: Float, scale: Float?) {
        try vectorFile(field).storedRow(ordinal)
    }

    private func vectorFile(_ field: UInt32) throws(StoreError) -> VectorFile {
        guard let file = vectors[field] else {
            throw .damaged(file: path, reason: "has no rows of vector field \(field)")
        }
        return file
    }

    func hasIndex(of field: UInt32) -> Bool {
        indexFiles[field] != nil
    }

    /// Why the field's rows are to have no index, if that is decided.
    func refusal(of field: UInt32) -> String? {
        record.refusals.first { $0.fieldID == field }?.reason
    }

    /// Bytes of the index of a field, 0 if it is not built.
    func indexByteCount(of field: UInt32) -> Int {
        indexFiles[field].map { Int($0.summary.byteCount) } ?? 0
    }

    /// The index of a field, validated once, or `nil` if it is not built yet. Valid while the segment lives.
    func index(of field: UInt32) throws(StoreError) -> SegmentIndex? {
        guard let file = indexFiles[field] else { return nil }
        return try indexes.withLock { (indexes) throws(StoreError) in
            if let index = indexes[field] { return index }
            let index = try SegmentIndex(file, rows: try rows(of: field))
            indexes[field] = index
            return index
        }
    }

    /// A document's text in UTF-8, or `nil` if it has none; valid while the segment lives.
    func text(of entry: DocumentFile.Entry) throws(StoreError) -> UnsafeRawBufferPointer? {
        guard entry.textHash != 0 else { return nil }
        guard entry.textByteCount <= UInt64(Document.maximumTextByteCount),
            entry.textOffset <= UInt64(texts.payloadByteCount),
            entry.textByteCount <= UInt64(texts.payloadByteCount) - entry.textOffset
        else {
            throw .damaged(
                file: documents.file.path,
                reason: "names a text of \(entry.textByteCount) bytes at \(entry.textOffset)"
            )
        }
        let start = Int(entry.textOffset)
        return try texts.bytes(start..<(start + Int(entry.textByteCount)))
    }
}
