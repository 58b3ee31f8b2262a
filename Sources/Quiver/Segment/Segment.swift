import Indexes
import Synchronization
import TextIndex

/// A published segment, open: immutable, self-contained, mapped.
final class Segment: Sendable {
    let id: UInt64
    let path: String
    let manifest: SegmentManifest
    let record: SegmentRecord
    /// The collection's, when the segment was opened.
    let schema: StoredSchema
    let keys: KeyFile
    let documents: DocumentFile
    let patches: PatchFile?
    private let texts: SegmentFile
    private let fields: FieldFile?
    private let orders: [UInt32: FieldOrderFile]
    /// What filters have found in it; shared with the segment as it was opened before.
    let filtered: FilterCache
    /// Those of vector fields that the collection got later are missing. Few, and asked for by every loop over documents: found
    /// without hashing.
    private let rows: [(field: UInt32, rows: SegmentRows)]
    private let indexFiles: [UInt32: SegmentFile]
    private let invertedIndexFiles: [UInt32: InvertedIndexFiles]
    /// Indexes that have been validated, by field. Shared with the segment as it was opened before.
    private let indexes: OpenIndexes
    private let invertedIndexes: OpenInvertedIndexes

    /// Opens the segment in the directory `path`, in a read transaction if readers may be retiring it.
    ///
    /// - Parameters:
    ///   - old: the same segment with another record: what is still the same is not opened again.
    ///   - trials: indexes that the record knows nothing of, by field.
    init(
        id: UInt64,
        path: String,
        record: SegmentRecord,
        schema: StoredSchema,
        reusing old: Segment? = nil,
        trials: [UInt32: SegmentFile] = [:]
    ) throws(StoreError) {
        self.id = id
        self.path = path
        self.record = record
        self.schema = schema
        let opener = SegmentOpener(path: path, known: old?.files ?? [])
        manifest = try opener.manifest(record.manifest)
        guard manifest.documentCount == record.documentCount,
            manifest.schema.holds(rowsOf: schema)
        else {
            throw .damaged(
                file: "\(path)/\(SegmentName.manifest)",
                reason: "does not fit the collection's record in the catalog"
            )
        }
        let count = Int(manifest.documentCount)
        keys = try KeyFile(try opener.required(.keys, manifest), documentCount: count)
        documents = try DocumentFile(
            try opener.required(.documents, manifest),
            documentCount: count
        )
        texts = try opener.required(.texts, manifest)
        fields = try opener.file(.fields, manifest).map { (file) throws(StoreError) in
            try FieldFile(file, documentCount: count)
        }
        patches = try record.patches.map { (patches) throws(StoreError) in
            let name = SegmentName.patches(generation: patches.generation)
            return try PatchFile(opener.open(name, .patches, patches.file))
        }
        var orders: [UInt32: FieldOrderFile] = [:]
        for field in schema.fields {
            guard let file = try opener.file(.order, manifest, fieldID: field.id) else { continue }
            orders[field.id] = try FieldOrderFile(
                file,
                documentCount: count,
                type: field.field.type
            )
        }
        self.orders = orders
        filtered = old?.filtered ?? FilterCache()
        let manifest = manifest
        rows = try schema.vectorFields.map { (field) throws(StoreError) in
            (field.id, try opener.rows(of: field, manifest))
        }
        var indexFiles = trials
        for index in record.indexes {
            guard let field = schema.vectorFields.first(where: { $0.id == index.fieldID }) else {
                continue
            }
            let kind = index.fileKind(for: field)
            let name = SegmentName.index(
                kind,
                fieldID: index.fieldID,
                generation: index.generation
            )
            indexFiles[index.fieldID] = try opener.open(name, kind, index.file)
        }
        self.indexFiles = indexFiles
        var invertedIndexFiles: [UInt32: InvertedIndexFiles] = [:]
        for index in record.invertedIndexes where !index.files.isEmpty {
            var files: [SegmentFile] = []
            for (part, name) in zip(TextIndexPart.allCases, index.names) {
                let summary = index.files[files.count]
                files.append(try opener.open(name, part.fileKind, summary))
            }
            invertedIndexFiles[index.fieldID] = InvertedIndexFiles(files)
        }
        self.invertedIndexFiles = invertedIndexFiles
        invertedIndexes = old?.invertedIndexes ?? OpenInvertedIndexes()
        indexes = trials.isEmpty ? old?.indexes ?? OpenIndexes() : OpenIndexes()
    }

    /// The same segment with another index of a field, or with none, to be tried.
    convenience init(
        _ segment: Segment,
        withIndex file: SegmentFile?,
        of field: UInt32
    ) throws(StoreError) {
        var record = segment.record
        record.indexes.removeAll { $0.fieldID == field }
        try self.init(
            id: segment.id,
            path: segment.path,
            record: record,
            schema: segment.schema,
            reusing: segment,
            trials: file.map { [field: $0] } ?? [:]
        )
    }

    var documentCount: Int { keys.count }

    /// The files of the segment that are open, for `verify` and statistics.
    var files: [SegmentFile] {
        var files = [keys.file, documents.file, texts]
        if let fields { files.append(fields.file) }
        if let patches { files.append(patches.file) }
        files += orders.values.map(\.file)
        files += invertedIndexFiles.values.flatMap(\.files)
        return files + rows.flatMap(\.rows.files) + indexFiles.values
    }

    /// The rows of a vector field.
    func rows(of field: UInt32) -> SegmentRows {
        for known in rows where known.field == field { return known.rows }
        return SegmentRows(
            vectors: nil,
            map: .empty(documentCount: documentCount),
            columns: [:]
        )
    }

    /// The index of a field as the catalog has it.
    func indexRecord(of field: UInt32) -> SegmentRecord.Index? {
        record.indexes.first { $0.fieldID == field }
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
        guard let file = indexFiles[field], let rows = try rows(of: field).rows() else {
            return nil
        }
        return try indexes.index(of: field, file, rows: rows)
    }

    /// The inverted index of a field as the catalog has it, if it was built as the field is now.
    func invertedIndexRecord(of field: InvertedField) -> SegmentRecord.Inverted? {
        record.invertedIndexes.first {
            $0.fieldID == field.id && $0.specification == field.specification
        }
    }

    /// The inverted index of a field, validated once; `nil` if it is not built, or if no document has a word or a weight. Valid while the
    /// segment lives.
    func invertedIndex(of field: InvertedField) throws(StoreError) -> InvertedIndex? {
        guard invertedIndexRecord(of: field) != nil, let files = invertedIndexFiles[field.id] else {
            return nil
        }
        return try invertedIndexes.index(of: field, files, documentCount: documentCount)
    }

    /// The same, or one in memory where none is built. Segments of an older format have none until the next maintenance.
    func anyInvertedIndex(of field: InvertedField) throws(StoreError) -> InvertedIndex? {
        if invertedIndexRecord(of: field) != nil { return try invertedIndex(of: field) }
        return try invertedIndexes.index(inMemoryOf: field) { () throws(StoreError) in
            // As the segment was made: what was updated since is indexed elsewhere.
            var view = CollectionView(
                collectionID: 0,
                record: CollectionRecord(name: "", nextFieldID: 0, schema: schema),
                state: CollectionState()
            )
            view.segments = [.init(segment: self, dead: RowSet())]
            let documents = (0..<documentCount).map {
                CollectionView.Location.segment(0, ordinal: $0)
            }
            return try view.invertedIndex(of: documents[...], field)
        }
    }

    /// A document's version, updates by patches of the segment included.
    func version(of ordinal: Int) throws(StoreError) -> UInt64 {
        try version(of: ordinal, try documents.entry(at: ordinal))
    }

    /// A document's version, of which `entry` is known.
    func version(of ordinal: Int, _ entry: DocumentFile.Entry) throws(StoreError) -> UInt64 {
        if let patches, let index = try patches.index(of: ordinal) {
            return try patches.version(at: index)
        }
        return record.adoptingCommit == 0 ? entry.version : record.adoptingCommit
    }

    /// Entries of a metadata field's order: one a document that has a value, or one an element of its list.
    func orderEntryCount(of field: UInt32) -> Int { orders[field]?.entryCount ?? documentCount }

    /// The documents in the order of a metadata field; `nil` where the segment was made without.
    func order(of field: UInt32) -> SegmentFieldOrder? {
        guard let file = orders[field], let fields else { return nil }
        return SegmentFieldOrder(file: file, field: field, fields: fields)
    }

    /// A document's metadata (`EncodedFields`) as the segment was made with it.
    func unpatchedFields(of ordinal: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        try fields?.fields(of: ordinal) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// A document's metadata (`EncodedFields`), updates by patches of the segment included; valid while the segment lives.
    func fields(of ordinal: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        if let patches, let index = try patches.index(of: ordinal) {
            return try patches.fields(at: index)
        }
        return try unpatchedFields(of: ordinal)
    }

    /// A document's text in UTF-8, or `nil` if it has none; valid while the segment lives.
    func text(of entry: DocumentFile.Entry) throws(StoreError) -> UnsafeRawBufferPointer? {
        try documents.text(of: entry, in: texts)
    }
}

extension StoredSchema {
    /// Whether rows written under this schema can be read under `current`: names and index specifications may change, fields
    /// may come and go.
    func holds(rowsOf current: StoredSchema) -> Bool {
        current.vectorFields.allSatisfy { field in
            guard let old = vectorFields.first(where: { $0.id == field.id }) else {
                return field.field.isOptional
            }
            return old.field.dimension == field.field.dimension
                && old.field.metric == field.field.metric
                && old.field.storage == field.field.storage
        }
    }
}

/// The indexes of a segment that have been validated.
final class OpenIndexes: Sendable {
    private let indexes = Mutex<[UInt32: (file: SegmentFile, index: SegmentIndex)]>([:])

    /// The index in `file`, validated the first time.
    func index(
        of field: UInt32,
        _ file: SegmentFile,
        rows: Rows
    ) throws(StoreError) -> SegmentIndex {
        try indexes.withLock { (indexes) throws(StoreError) in
            if let known = indexes[field], known.file === file { return known.index }
            let index = try SegmentIndex(file, rows: rows)
            indexes[field] = (file, index)
            return index
        }
    }
}
