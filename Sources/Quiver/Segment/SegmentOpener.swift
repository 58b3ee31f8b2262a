/// Opens the files of one segment.
struct SegmentOpener {
    let path: String
    /// Files of the same segment that are open already.
    let known: [SegmentFile]

    /// The file of that name if it is as expected, opened or known.
    func open(
        _ name: String,
        _ kind: SegmentFileKind,
        _ expected: SegmentFileWriter.Summary
    ) throws(StoreError) -> SegmentFile {
        let path = "\(path)/\(name)"
        if let file = known.first(where: {
            $0.path == path && $0.kind == kind && $0.summary == expected
        }) {
            return file
        }
        return try SegmentFile(path: path, kind: kind, expected: expected)
    }

    func manifest(_ expected: SegmentFileWriter.Summary) throws(StoreError) -> SegmentManifest {
        let file = try open(SegmentName.manifest, .manifest, expected)
        let bytes = try file.allBytes()
        return try asDamage(of: file.path) { () throws(ByteReader.Malformed) in
            try SegmentManifest.decode(bytes)
        }
    }

    /// The file of a kind, `nil` if the segment has none.
    func file(
        _ kind: SegmentFileKind,
        _ manifest: SegmentManifest,
        fieldID: UInt32 = 0
    ) throws(StoreError) -> SegmentFile? {
        guard let summary = manifest.summary(of: kind, fieldID: fieldID) else { return nil }
        return try open(SegmentName.file(kind: kind, fieldID: fieldID), kind, summary)
    }

    func required(
        _ kind: SegmentFileKind,
        _ manifest: SegmentManifest
    ) throws(StoreError) -> SegmentFile {
        guard let file = try file(kind, manifest) else {
            throw .damaged(
                file: "\(path)/\(SegmentName.manifest)",
                reason: "names no file for \(kind)"
            )
        }
        return file
    }

    func rows(
        of field: StoredField,
        _ manifest: SegmentManifest
    ) throws(StoreError) -> SegmentRows {
        let documentCount = Int(manifest.documentCount)
        guard let vectors = try file(.vectors, manifest, fieldID: field.id) else {
            guard field.field.isOptional || documentCount == 0 else {
                throw .damaged(
                    file: "\(path)/\(SegmentName.manifest)",
                    reason: "names no file for the rows of vector field \(field.id)"
                )
            }
            return SegmentRows(
                vectors: nil,
                map: .empty(documentCount: documentCount),
                columns: [:]
            )
        }
        var map = RowMap.oneEach(documentCount: documentCount)
        if let rows = try file(.rows, manifest, fieldID: field.id) {
            map = .file(try RowFile(rows, documentCount: documentCount))
        }
        var columns: [UInt32: ColumnFile] = [:]
        for (id, column) in field.columns {
            guard let file = try file(.column, manifest, fieldID: id) else { continue }
            columns[id] = try ColumnFile(file, type: column.type, rowCount: map.rowCount)
        }
        return SegmentRows(
            vectors: try VectorFile(vectors, field: field.field, count: map.rowCount),
            map: map,
            columns: columns
        )
    }
}
