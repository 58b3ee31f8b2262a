import Files
import Indexes

/// Some files of a new segment, which do not depend on its others.
struct SegmentPart: Sendable {
    enum Content: Sendable {
        case keys
        /// And what is known of each document beside its key and rows.
        case texts
        /// The metadata.
        case fields
        /// The documents in the order of a metadata field.
        case order(StoredMetadataField)
        /// Of a vector field, with which document each belongs to and the columns.
        case rows(StoredField)
    }

    struct Written: Sendable {
        fileprivate(set) var files: [SegmentManifest.File] = []
        /// The lowest and the highest version of a document, where they were read.
        fileprivate(set) var versions: ClosedRange<UInt64>?
    }

    let content: Content
    /// In the order of their keys.
    let documents: [CollectionView.Location]
    let view: CollectionView
    let directory: String
    let fileSystem: FileSystem

    /// Writes and syncs the files.
    ///
    /// - Parameter progress: is told how many documents are done; it throws to stop the writing.
    func write(
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Written {
        var written = Written()
        switch content {
        case .keys: try writeKeys(into: &written, progress: progress)
        case .texts: try writeTexts(into: &written, progress: progress)
        case .fields: try writeFields(into: &written, progress: progress)
        case .order(let field): try writeOrder(of: field, into: &written, progress: progress)
        case .rows(let field): try writeRows(of: field, into: &written, progress: progress)
        }
        try progress(documents.count)
        return written
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

    private func close(
        _ file: consuming SegmentFileWriter,
        _ kind: SegmentFileKind,
        fieldID: UInt32 = 0,
        into written: inout Written
    ) throws(StoreError) {
        do {
            let summary = try file.finish()
            written.files.append(.init(kind: kind, fieldID: fieldID, summary: summary))
        } catch {
            throw .file(error)
        }
    }

    private func writeKeys(
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        try writeList(.keys, into: &written, progress: progress) {
            (block, body) throws(StoreError) in
            try view.forEachEncodedKey(of: block, body)
        }
    }

    /// Writes how many documents there are, where the bytes of each begin, and the bytes.
    private func writeList(
        _ kind: SegmentFileKind,
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void,
        forEachBytes: (
            _ block: ArraySlice<CollectionView.Location>,
            _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
        ) throws(StoreError) -> Void
    ) throws(StoreError) {
        var file = try open(kind)
        try append(UInt64(documents.count), to: &file)
        var offset: UInt64 = 0
        // Once through for where they begin, which is half of it, and once for the bytes.
        try forEachBlock { (count) throws(StoreError) in
            try progress(count / 2)
        } _: { (block) throws(StoreError) in
            try forEachBytes(block) { (bytes) throws(StoreError) in
                try append(offset, to: &file)
                offset += UInt64(bytes.count)
            }
        }
        try append(offset, to: &file)
        try forEachBlock { (count) throws(StoreError) in
            try progress((documents.count + count) / 2)
        } _: { (block) throws(StoreError) in
            try forEachBytes(block) { (bytes) throws(StoreError) in try append(bytes, to: &file) }
        }
        try close(file, kind, into: &written)
    }

    /// Writes texts and the documents' entries.
    private func writeTexts(
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var texts = try open(.texts)
        var entries = try open(.documents)
        var lowest = UInt64.max
        var highest: UInt64 = 0
        try forEachBlock(progress) { (block) throws(StoreError) in
            try view.forEachText(of: block) { (version, textHash, text) throws(StoreError) in
                lowest = min(lowest, version)
                highest = max(highest, version)
                let offset = texts.payloadByteCount
                if let text { try append(text, to: &texts) }
                try append(version, to: &entries)
                try append(textHash, to: &entries)
                try append(UInt64(offset), to: &entries)
                try append(UInt64(texts.payloadByteCount - offset), to: &entries)
            }
        }
        try close(texts, .texts, into: &written)
        try close(entries, .documents, into: &written)
        written.versions = min(lowest, highest)...highest
    }

    /// Calls `body` with some thousand documents at a time, and `progress` with how many there were before.
    private func forEachBlock(
        _ progress: (_ count: Int) throws(StoreError) -> Void,
        _ body: (ArraySlice<CollectionView.Location>) throws(StoreError) -> Void
    ) throws(StoreError) {
        for start in stride(from: 0, to: documents.count, by: 4_096) {
            try progress(start)
            try body(documents[start..<min(documents.count, start + 4_096)])
        }
    }

    /// Writes the metadata, if there is any.
    private func writeFields(
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard !view.record.schema.fields.isEmpty else { return }
        try writeList(.fields, into: &written, progress: progress) {
            (block, body) throws(StoreError) in
            try view.forEachFields(of: block, body)
        }
    }

    /// Writes the order of a metadata field, if a document has one.
    private func writeOrder(
        of field: StoredMetadataField,
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var order = FieldOrderWriter(field, documentCount: documents.count)
        try forEachBlock(progress) { (block) throws(StoreError) in
            try view.forEachFields(of: block) { (fields) throws(StoreError) in
                try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                    try order.append(fields)
                }
            }
        }
        var file = try open(.order, fieldID: field.id)
        try order.write(to: &file) { (document) throws(StoreError) in
            try view.withFields(at: documents[document]) { (fields) throws(StoreError) in
                try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                    try EncodedFields.value(of: field.id, in: fields)
                }
            }
        }
        try close(file, .order, fieldID: field.id, into: &written)
    }

    /// Writes the rows of a vector field, if there are any, the map of documents to rows, if it is not one to one, and the columns.
    private func writeRows(
        of field: StoredField,
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var rowCount = documents.count
        var isOneEach = view.hasOneRowEach(of: field)
        if !isOneEach {
            rowCount = 0
            isOneEach = true
            for location in documents {
                let count = try view.rowCount(at: location, of: field)
                rowCount += count
                if count != 1 { isOneEach = false }
            }
        }
        guard rowCount > 0 || !field.field.isOptional else { return }
        guard rowCount <= Rows.countLimit else {
            throw .tooLarge(
                what: "number of rows of a segment",
                found: rowCount,
                limit: Rows.countLimit
            )
        }
        if !isOneEach { try writeRowMap(of: field, into: &written) }
        try writeVectors(of: field, rowCount: rowCount, into: &written, progress: progress)
        for (id, column) in field.columns {
            var file = try open(.column, fieldID: id)
            try forEachBlock { (_) throws(StoreError) in
                // Columns are not counted, but can be stopped.
                try progress(documents.count)
            } _: { (block) throws(StoreError) in
                for location in block {
                    try writeColumn(id, column.type, of: field, at: location, to: &file)
                }
            }
            try close(file, .column, fieldID: id, into: &written)
        }
    }

    private func writeColumn(
        _ id: UInt32,
        _ type: RowColumn.NumberType,
        of field: StoredField,
        at location: CollectionView.Location,
        to file: inout SegmentFileWriter
    ) throws(StoreError) {
        let byteCount = try view.rowCount(at: location, of: field) * type.byteCount
        try view.withColumn(id, type, at: location, of: field) { (bytes) throws(StoreError) in
            try append(bytes, to: &file)
            // Segments that are older than the column have none of it.
            if bytes.count < byteCount {
                try append([UInt8](repeating: 0, count: byteCount - bytes.count), to: &file)
            }
        }
    }

    private func writeRowMap(
        of field: StoredField,
        into written: inout Written
    ) throws(StoreError) {
        var file = try open(.rows, fieldID: field.id)
        try append(UInt64(documents.count), to: &file)
        var row: UInt32 = 0
        for location in documents {
            try append(row, to: &file)
            row += UInt32(try view.rowCount(at: location, of: field))
        }
        try append(row, to: &file)
        try close(file, .rows, fieldID: field.id, into: &written)
    }

    private func writeVectors(
        of field: StoredField,
        rowCount: Int,
        into written: inout Written,
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var file = try open(.vectors, fieldID: field.id)
        var norms: [Float] = []
        var scales: [Float] = []
        norms.reserveCapacity(rowCount)
        if field.field.storage == .int8 { scales.reserveCapacity(rowCount) }
        try forEachBlock(progress) { (block) throws(StoreError) in
            try view.forEachStoredRow(of: field, in: block) {
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
        try close(file, .vectors, fieldID: field.id, into: &written)
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
