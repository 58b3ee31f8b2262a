import Files

/// A segment that another process made, brought under `staging` and checked: every byte of it is hostile until then.
struct AdoptedSegment {
    let segment: Segment
    let staged: String

    /// Gives the files names of the store's own, or copies where the file system cannot, and checks them.
    ///
    /// - Throws: `unfitSegment` if it was made for another schema; `damaged`, `file`.
    init(
        _ path: String,
        staged: String,
        schema: StoredSchema,
        core: StoreCore
    ) throws(StoreError) {
        let recordFile = try SegmentFile(
            path: "\(path)/\(SegmentName.file(kind: .record, fieldID: 0))",
            kind: .record,
            expected: nil
        )
        let bytes = try recordFile.allBytes()
        let record = try asDamage(of: recordFile.path) { () throws(ByteReader.Malformed) in
            try SegmentRecord.decode(bytes)
        }
        let manifest = try SegmentOpener(path: path, known: []).manifest(record.manifest)
        guard record.patches == nil, record.adoptingCommit == 0 else {
            throw .unfitSegment(path: path, reason: "it is part of a store already")
        }
        try manifest.schema.checkFits(schema, path: path)
        self.staged = staged
        var names = [SegmentName.manifest] + manifest.files.map(\.name)
        for index in record.indexes {
            guard let field = schema.vectorFields.first(where: { $0.id == index.fieldID }) else {
                throw .unfitSegment(path: path, reason: "it has an index of an unknown field")
            }
            names.append(
                SegmentName.index(
                    index.fileKind(for: field),
                    fieldID: index.fieldID,
                    generation: index.generation
                )
            )
        }
        names += record.invertedIndexes.flatMap(\.names)
        try asStoreError { () throws(FileError) in
            try core.fileSystem.remove(staged)
            try core.fileSystem.makeDirectory(staged)
            for name in names {
                try core.fileSystem.linkOrCopy("\(path)/\(name)", to: "\(staged)/\(name)")
            }
            try core.fileSystem.syncDirectory(staged)
        }
        segment = try Segment(id: 0, path: staged, record: record, schema: schema)
        try SegmentCheck(segment: segment, schema: schema).run()
        for field in schema.vectorFields where !field.field.isOptional {
            let map = segment.rows(of: field.id).map
            for ordinal in 0..<segment.documentCount where try map.rows(of: ordinal).isEmpty {
                throw .unfitSegment(
                    path: path,
                    reason: "document \(ordinal) has no row of field \"\(field.field.name)\""
                )
            }
        }
    }
}

extension StoredSchema {
    /// Throws unless segments of this schema can be a collection's whose schema is `current`.
    fileprivate func checkFits(
        _ current: StoredSchema,
        path: String
    ) throws(StoreError) {
        guard holds(rowsOf: current) else {
            throw .unfitSegment(path: path, reason: "its vector fields are others")
        }
        for field in vectorFields {
            guard let own = current.vectorFields.first(where: { $0.id == field.id }) else {
                continue
            }
            let columns = field.columns.map { ($0.id, $0.column.type) }
            let ownColumns = own.columns.map { ($0.id, $0.column.type) }
            guard columns.elementsEqual(ownColumns, by: { $0 == $1 }) else {
                throw .unfitSegment(
                    path: path,
                    reason: "field \"\(own.field.name)\" has other row columns"
                )
            }
        }
        for field in fields {
            guard let own = current.fields.first(where: { $0.id == field.id }) else { continue }
            guard own.field.type == field.field.type else {
                throw .unfitSegment(
                    path: path,
                    reason: "field \"\(own.field.name)\" is of another type"
                )
            }
        }
    }
}
