import Glibc

/// A segment of which some files, or blocks of them, cannot be read: gives out what can.
///
/// Each file is opened by itself. A document without its key or the rows of a field that must have some is lost; one without its text, its
/// metadata or the rows of an optional field is there without them.
struct DamagedSegment {
    let id: UInt64
    private let path: String
    private let schema: StoredSchema
    private let adoptingCommit: UInt64
    private let lowestVersion: UInt64
    private let manifestVersion: UInt64?
    private let keys: KeyFile?
    private let documents: DocumentFile?
    private let texts: SegmentFile?
    private let fields: FieldFile?
    private let patches: PatchFile?
    /// By the vector field's number: its rows, or `nil` if it had some and they cannot be read.
    private let rows: [UInt32: SegmentRows?]
    /// Files that should be there and cannot be read at all.
    private let lacksFields: Bool
    private let lacksPatches: Bool
    let documentCount: Int

    /// A document as it can be read.
    struct Found {
        var document: Document
        let version: UInt64
        /// Parts that are missing (`RepairReport.Loss.what`).
        var losses: [String] = []
    }

    /// Opens what can be opened.
    ///
    /// - Parameters:
    ///   - manifest: `nil` if it cannot be read: then the files are known by their names.
    ///   - record: `nil` if the catalog has lost it.
    init(
        id: UInt64,
        path: String,
        manifest: SegmentManifest?,
        record: SegmentRecord?,
        schema: StoredSchema
    ) {
        self.id = id
        self.path = path
        self.schema = schema
        adoptingCommit = record?.adoptingCommit ?? 0
        lowestVersion = manifest?.lowestVersion ?? 0
        manifestVersion = manifest?.highestVersion
        let files = Files(path: path, manifest: manifest)
        let keyFile = files.open(.keys)
        let count =
            manifest.map { Int($0.documentCount) } ?? record.flatMap {
                Int(exactly: $0.documentCount)
            }
            ?? (try? keyFile?.integer(UInt64.self, at: 0)).flatMap { Int(exactly: $0) } ?? 0
        documentCount = count <= Int(Int32.max) ? count : 0
        let known = documentCount
        keys = keyFile.flatMap { try? KeyFile($0, documentCount: known) }
        documents = files.open(.documents).flatMap { try? DocumentFile($0, documentCount: known) }
        texts = files.open(.texts)
        fields = files.open(.fields).flatMap { try? FieldFile($0, documentCount: known) }
        lacksFields = fields == nil && files.names(.fields)
        patches = record?.patches.flatMap { patches in
            let name = SegmentName.patches(generation: patches.generation)
            let opener = SegmentOpener(path: path, known: [])
            return (try? opener.open(name, .patches, patches.file)).flatMap { try? PatchFile($0) }
        }
        lacksPatches = patches == nil && record?.patches != nil
        var rows: [UInt32: SegmentRows?] = [:]
        for field in schema.vectorFields {
            rows[field.id] = .some(files.rows(of: field, documentCount: known))
        }
        self.rows = rows
    }

    /// The key of a document, encoded, if it can be read.
    func key(at ordinal: Int) -> EncodedKey? {
        guard let bytes = try? keys?.key(at: ordinal), (try? EncodedKey.decode(bytes)) != nil else {
            return nil
        }
        return EncodedKey(bytes: Array(bytes))
    }

    /// The version of a document; the lowest of the segment's if it cannot be read.
    func version(at ordinal: Int) -> UInt64 {
        if let patches, let index = try? patches.index(of: ordinal),
            let version = try? patches.version(at: index)
        {
            return version
        }
        if adoptingCommit != 0 { return adoptingCommit }
        return (try? documents?.entry(at: ordinal).version) ?? lowestVersion
    }

    /// The highest version of a document.
    func highestVersion() -> UInt64 {
        if let manifestVersion { return max(manifestVersion, adoptingCommit) }
        return (0..<documentCount).reduce(adoptingCommit) { max($0, version(at: $1)) }
    }

    /// A document, or `nil` if it is lost.
    ///
    /// - Parameter patch: a later update of it.
    func document(at ordinal: Int, patch: DocumentPatch?) -> Found? {
        guard let encoded = key(at: ordinal),
            let key = encoded.bytes.withUnsafeBytes({ try? EncodedKey.decode($0) })
        else { return nil }
        var found = Found(
            document: Document(key: key, vectors: [:]),
            version: patch?.version ?? version(at: ordinal)
        )
        for field in schema.vectorFields {
            guard take(field, of: ordinal, into: &found) else { return nil }
        }
        do throws(StoreError) {
            found.document.text = try text(of: ordinal)
        } catch {
            found.losses.append("text")
        }
        do throws(StoreError) {
            found.document.fields = try metadata(of: ordinal, patch: patch)
            if lacksPatches, patch == nil { found.losses.append("metadata of an update, perhaps") }
        } catch {
            found.losses.append("metadata")
        }
        return found
    }

    /// Whether the document can go on without what is missing of its rows.
    private func take(_ field: StoredField, of ordinal: Int, into found: inout Found) -> Bool {
        let name = field.field.name
        do throws(StoreError) {
            guard let rows = rows[field.id] ?? nil else {
                throw .damaged(file: path, reason: "has lost the rows of field \(field.id)")
            }
            var vectors: [Float] = []
            let range = try rows.map.rows(of: ordinal)
            for row in range { vectors += try rows.row(row) }
            guard !range.isEmpty else { return field.field.isOptional }
            var columns: [String: RowColumnValues] = [:]
            for (id, column) in field.columns {
                guard let bytes = try rows.column(id)?.bytes(of: range) else {
                    throw .damaged(file: path, reason: "has lost row column \(id)")
                }
                columns[column.name] = RowColumnValues(column.type, stored: bytes)
            }
            found.document.vectors[name] = vectors
            if !columns.isEmpty { found.document.columns[name] = columns }
            return true
        } catch {
            found.losses.append("rows of \"\(name)\"")
            return field.field.isOptional
        }
    }

    private func text(of ordinal: Int) throws(StoreError) -> String? {
        guard let documents, let texts else {
            throw .damaged(file: path, reason: "has lost its texts")
        }
        let bytes = try documents.text(of: try documents.entry(at: ordinal), in: texts)
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private func metadata(
        of ordinal: Int,
        patch: DocumentPatch?
    ) throws(StoreError) -> [String: FieldValue] {
        if let patch {
            return try patch.fields.withBytes { (bytes) throws(StoreError) in
                try schema.named(bytes, file: path)
            }
        }
        if let patches, let index = try patches.index(of: ordinal) {
            return try schema.named(try patches.fields(at: index), file: path)
        }
        if lacksFields { throw .damaged(file: path, reason: "has lost its metadata") }
        guard let fields else { return [:] }
        return try schema.named(try fields.fields(of: ordinal), file: path)
    }

    /// The segment's files, by its manifest or by their names.
    private struct Files {
        let path: String
        let manifest: SegmentManifest?

        func open(_ kind: SegmentFileKind, fieldID: UInt32 = 0) -> SegmentFile? {
            if let manifest {
                let opener = SegmentOpener(path: path, known: [])
                return (try? opener.file(kind, manifest, fieldID: fieldID)) ?? nil
            }
            let name = SegmentName.file(kind: kind, fieldID: fieldID)
            return try? SegmentFile(path: "\(path)/\(name)", kind: kind, expected: nil)
        }

        /// Whether there should be such a file.
        func names(_ kind: SegmentFileKind, fieldID: UInt32 = 0) -> Bool {
            if let manifest { return manifest.summary(of: kind, fieldID: fieldID) != nil }
            return access("\(path)/\(SegmentName.file(kind: kind, fieldID: fieldID))", F_OK) == 0
        }

        /// `nil` if there were rows and they cannot be read.
        func rows(of field: StoredField, documentCount: Int) -> SegmentRows? {
            guard names(.vectors, fieldID: field.id) else {
                return SegmentRows(
                    vectors: nil,
                    map: .empty(documentCount: documentCount),
                    columns: [:]
                )
            }
            var map = RowMap.oneEach(documentCount: documentCount)
            if names(.rows, fieldID: field.id) {
                guard let file = open(.rows, fieldID: field.id),
                    let rowFile = try? RowFile(file, documentCount: documentCount)
                else { return nil }
                map = .file(rowFile)
            }
            guard let file = open(.vectors, fieldID: field.id),
                let vectors = try? VectorFile(file, field: field.field, count: map.rowCount)
            else { return nil }
            var columns: [UInt32: ColumnFile] = [:]
            for (id, column) in field.columns {
                guard let file = open(.column, fieldID: id) else { continue }
                columns[id] = try? ColumnFile(file, type: column.type, rowCount: map.rowCount)
            }
            return SegmentRows(vectors: vectors, map: map, columns: columns)
        }
    }
}
