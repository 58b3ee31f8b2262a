import Files
import Indexes

/// Writes the files of a new segment into a directory under `staging`, one file after the other.
struct SegmentWriter {
    /// What is told how far the writing has come; it throws to stop it.
    typealias Step = (_ stepCount: Int, _ total: Int) throws(StoreError) -> Void

    private let fileSystem: FileSystem
    private let view: CollectionView
    private let directory: String
    private var files: [SegmentManifest.File] = []
    private var versions: ClosedRange<UInt64> = 0...0

    /// - Parameter view: where the documents are, and the schema that the segment is to have.
    init(directory: String, view: CollectionView, fileSystem: FileSystem) {
        self.fileSystem = fileSystem
        self.view = view
        self.directory = directory
    }

    /// Writes and syncs the files of `documents`, which are in the order of their keys, then the directory; its name is not
    /// durable yet. Memory is some bytes a row beside the buffers.
    mutating func write(
        _ documents: [CollectionView.Location],
        progress: Step
    ) throws(StoreError) -> SegmentRecord {
        try asStoreError { () throws(FileError) in
            try fileSystem.remove(directory)
            try fileSystem.makeDirectory(directory)
        }
        let total = documents.count * (1 + view.record.schema.vectorFields.count)
        try writeKeys(documents)
        try writeTexts(documents) { (done) throws(StoreError) in try progress(done, total) }
        try writeFields(documents)
        for (place, field) in view.record.schema.vectorFields.enumerated() {
            try writeRows(documents, of: field) { (done) throws(StoreError) in
                try progress(documents.count * (1 + place) + done, total)
            }
        }
        let manifest = SegmentManifest(
            collectionID: view.collectionID,
            collectionName: view.record.name,
            schema: view.record.schema,
            documentCount: UInt64(documents.count),
            lowestVersion: versions.lowerBound,
            highestVersion: versions.upperBound,
            files: files
        )
        var file = try open(.manifest)
        try asStoreError { () throws(FileError) in try file.append(manifest.encoded()) }
        let summary = try finish(file)
        try asStoreError { () throws(FileError) in try fileSystem.syncDirectory(directory) }
        return SegmentRecord(
            documentCount: manifest.documentCount,
            byteCount: files.reduce(summary.byteCount) { $0 + $1.summary.byteCount },
            manifest: summary
        )
    }

    private func open(_ kind: SegmentFileKind, fieldID: UInt32 = 0) throws(StoreError)
        -> SegmentFileWriter
    {
        let path = "\(directory)/\(SegmentName.file(kind: kind, fieldID: fieldID))"
        do {
            return try SegmentFileWriter(creating: path, kind: kind, in: fileSystem)
        } catch {
            throw .file(error)
        }
    }

    private mutating func close(
        _ file: consuming SegmentFileWriter,
        _ kind: SegmentFileKind,
        fieldID: UInt32 = 0
    ) throws(StoreError) {
        files.append(.init(kind: kind, fieldID: fieldID, summary: try finish(file)))
    }

    private func finish(_ file: consuming SegmentFileWriter) throws(StoreError)
        -> SegmentFileWriter.Summary
    {
        do {
            return try file.finish()
        } catch {
            throw .file(error)
        }
    }

    private mutating func writeKeys(
        _ documents: [CollectionView.Location]
    ) throws(StoreError) {
        let view = view
        try writeList(documents, .keys) { (location, body) throws(StoreError) in
            try view.withEncodedKey(at: location, body)
        }
    }

    /// Writes how many documents there are, where the bytes of each begin, and the bytes.
    private mutating func writeList(
        _ documents: [CollectionView.Location],
        _ kind: SegmentFileKind,
        withBytes: (
            _ location: CollectionView.Location,
            _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
        ) throws(StoreError) -> Void
    ) throws(StoreError) {
        var file = try open(kind)
        try append(UInt64(documents.count), to: &file)
        var offset: UInt64 = 0
        for location in documents {
            try append(offset, to: &file)
            try withBytes(location) { offset += UInt64($0.count) }
        }
        try append(offset, to: &file)
        for location in documents {
            try withBytes(location) { (bytes) throws(StoreError) in
                try append(bytes, to: &file)
            }
        }
        try close(file, kind)
    }

    /// Writes texts and the documents' entries.
    private mutating func writeTexts(
        _ documents: [CollectionView.Location],
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var texts = try open(.texts)
        var entries = try open(.documents)
        var lowest = UInt64.max
        var highest: UInt64 = 0
        for (ordinal, location) in documents.enumerated() {
            if ordinal % 4_096 == 0 { try progress(ordinal) }
            let version = try view.version(at: location)
            lowest = min(lowest, version)
            highest = max(highest, version)
            let offset = texts.payloadByteCount
            try view.withText(at: location) { (text) throws(StoreError) in
                if let text { try append(text, to: &texts) }
            }
            try append(version, to: &entries)
            try append(try view.textHash(at: location), to: &entries)
            try append(UInt64(offset), to: &entries)
            try append(UInt64(texts.payloadByteCount - offset), to: &entries)
        }
        try close(texts, .texts)
        try close(entries, .documents)
        versions = min(lowest, highest)...highest
    }

    /// Writes the metadata, if there is any.
    private mutating func writeFields(
        _ documents: [CollectionView.Location]
    ) throws(StoreError) {
        guard !view.record.schema.fields.isEmpty else { return }
        let view = view
        try writeList(documents, .fields) { (location, body) throws(StoreError) in
            try view.withFields(at: location, body)
        }
    }

    /// Writes the rows of a vector field, if there are any, the map of documents to rows, if it is not one to one, and the columns.
    private mutating func writeRows(
        _ documents: [CollectionView.Location],
        of field: StoredField,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var rowCount = 0
        var isOneEach = true
        for location in documents {
            let count = try view.rowCount(at: location, of: field)
            rowCount += count
            if count != 1 { isOneEach = false }
        }
        guard rowCount > 0 || !field.field.isOptional else { return }
        guard rowCount <= Rows.countLimit else {
            throw .tooLarge(
                what: "number of rows of a segment",
                found: rowCount,
                limit: Rows.countLimit
            )
        }
        if !isOneEach { try writeRowMap(documents, of: field) }
        try writeVectors(documents, of: field, rowCount: rowCount, progress: progress)
        for (id, column) in field.columns {
            var file = try open(.column, fieldID: id)
            for location in documents {
                let count = try view.rowCount(at: location, of: field) * column.type.byteCount
                try view.withColumn(id, column.type, at: location, of: field) {
                    (bytes) throws(StoreError) in
                    try append(bytes, to: &file)
                    if bytes.count < count {
                        try append([UInt8](repeating: 0, count: count - bytes.count), to: &file)
                    }
                }
            }
            try close(file, .column, fieldID: id)
        }
    }

    private mutating func writeRowMap(
        _ documents: [CollectionView.Location],
        of field: StoredField
    ) throws(StoreError) {
        var file = try open(.rows, fieldID: field.id)
        try append(UInt64(documents.count), to: &file)
        var row: UInt32 = 0
        for location in documents {
            try append(row, to: &file)
            row += UInt32(try view.rowCount(at: location, of: field))
        }
        try append(row, to: &file)
        try close(file, .rows, fieldID: field.id)
    }

    private mutating func writeVectors(
        _ documents: [CollectionView.Location],
        of field: StoredField,
        rowCount: Int,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var file = try open(.vectors, fieldID: field.id)
        var norms: [Float] = []
        var scales: [Float] = []
        norms.reserveCapacity(rowCount)
        if field.field.storage == .int8 { scales.reserveCapacity(rowCount) }
        for (ordinal, location) in documents.enumerated() {
            if ordinal % 4_096 == 0 { try progress(ordinal) }
            try view.forEachStoredRow(at: location, of: field) {
                (values, norm, scale) throws(StoreError) in
                norms.append(norm)
                if let scale { scales.append(scale) }
                try append(values, to: &file)
            }
        }
        try align(&file)
        try norms.withBytes { (bytes) throws(StoreError) in try append(bytes, to: &file) }
        if field.field.storage == .int8 {
            try align(&file)
            try scales.withBytes { (bytes) throws(StoreError) in try append(bytes, to: &file) }
        }
        try close(file, .vectors, fieldID: field.id)
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer,
        to file: inout SegmentFileWriter
    ) throws(StoreError) {
        do { try file.append(bytes) } catch { throw .file(error) }
    }

    private func append(_ bytes: [UInt8], to file: inout SegmentFileWriter) throws(StoreError) {
        do { try file.append(bytes) } catch { throw .file(error) }
    }

    private func append<Value: FixedWidthInteger>(
        _ value: Value,
        to file: inout SegmentFileWriter
    ) throws(StoreError) {
        do { try file.append(value) } catch { throw .file(error) }
    }

    private func align(_ file: inout SegmentFileWriter) throws(StoreError) {
        do { try file.align(to: 64) } catch { throw .file(error) }
    }
}
