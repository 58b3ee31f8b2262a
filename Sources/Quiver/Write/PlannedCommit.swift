/// What one batch does to one collection as it stands: ready to be put into the catalog.
struct PlannedCommit {
    let collection: Collection
    let commit: TailCommit
    let blocks: [TailBlockWriter.Block]
    let tailByteCount: Int
    let batch: PreparedBatch
    let receipt: CommitReceipt

    /// Whether the batch changes anything: one of deletes of nothing does not.
    let changesAnything: Bool

    /// - Parameter number: of the commit.
    /// - Throws: `keyExists`, `versionConflict`, `unknownKey`, `tooLarge`; `file` where a long text cannot be written; `damaged`.
    init(
        _ batch: PreparedBatch,
        to collection: Collection,
        _ view: CollectionView,
        _ index: TailIndex,
        number: UInt64,
        core: StoreCore
    ) throws(StoreError) {
        var changes = Changes(view: view, index: index)
        for document in batch.documents { try changes.write(document) }
        for delete in batch.deletes { try changes.delete(delete) }
        for update in batch.updates { try changes.update(update) }
        for location in batch.chosen { changes.kill(location) }
        self.collection = collection
        self.batch = batch
        changesAnything =
            !batch.documents.isEmpty || !changes.kills.isEmpty || !changes.patches.isEmpty
        receipt = CommitReceipt(
            commit: changesAnything ? number : view.state.commit,
            insertedCount: batch.documents.count - changes.replacedCount,
            replacedCount: changes.replacedCount,
            updatedCount: changes.patches.count,
            deletedCount: changes.kills.count - changes.replacedCount,
            missingCount: batch.deletes.count + batch.chosen.count + changes.replacedCount
                - changes.kills.count
        )
        // Long texts must be durable, under the names by which readers will look for them, before the commit is.
        // If the commit fails they stay until a writer opens the store: whether a failed last write of LMDB reached
        // the disk is not known. After such a failure LMDB takes no more commits; after any other the next
        // commit of this number writes its own over them.
        let longTexts =
            changesAnything
            ? try LongTexts.write(batch.documents, to: collection.id, commit: number, core: core)
            : [:]
        var writer = TailBlockWriter()
        writer.append(documents: batch.documents, longTexts: longTexts, kills: changes.kills)
        writer.append(fieldsOf: batch.documents)
        writer.append(patches: changes.patches)
        for rows in batch.rows { writer.append(rows: rows, of: rows.field) }
        blocks = writer.blocks
        tailByteCount = batch.tailByteCount
        commit = try TailCommit.reading(
            blocks,
            of: collection.id,
            number: number,
            schema: view.record.schema
        ) { (name, _, expected) throws(StoreError) in
            try core.openLongText(name, expected: expected)
        }
    }
}

extension TailCommit {
    /// The commit as a reader will have it.
    static func reading(
        _ blocks: [TailBlockWriter.Block],
        of collection: UInt32,
        number: UInt64,
        schema: StoredSchema,
        openLongText: TailCommitBuilder.LongTextOpener
    ) throws(StoreError) -> TailCommit {
        do {
            var builder = TailCommitBuilder(collection: collection, commit: number)
            for block in blocks {
                try block.bytes.withUnsafeBytes { bytes in
                    try builder.append(
                        block.kind,
                        fieldID: block.fieldID,
                        bytes,
                        schema: schema,
                        openLongText: openLongText
                    )
                }
            }
            return try builder.finished(schema: schema)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .damaged(file: Catalog.fileName, reason: "\(error)")
        }
    }
}

/// What the operations of a batch come to in a collection as it stands.
private struct Changes {
    let view: CollectionView
    let index: TailIndex
    var kills: [Kill] = []
    var patches: [TailPatch] = []
    var replacedCount = 0

    mutating func write(_ document: PreparedDocument) throws(StoreError) {
        let location = try locate(document.key)
        try check(document.precondition, document.key, location)
        guard let location else { return }
        kill(location)
        replacedCount += 1
    }

    mutating func delete(_ delete: PreparedDelete) throws(StoreError) {
        let location = try locate(delete.key)
        try check(delete.precondition, delete.key, location)
        if let location { kill(location) }
    }

    mutating func update(_ update: PreparedUpdate) throws(StoreError) {
        let location = try locate(update.key)
        try check(update.precondition, update.key, location)
        guard let location else { throw .unknownKey(try decoded(update.key)) }
        let old = try view.withFields(at: location) { (bytes) throws(StoreError) in
            try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try EncodedFields.decode(bytes)
            }
        }
        var values: [UInt32: FieldValue] = [:]
        // Fields that the schema has no more go with the next update.
        for (field, value) in old
        where view.record.schema.fields.contains(where: { $0.id == field }) {
            values[field] = value
        }
        for field in update.removed { values[field] = nil }
        for (field, value) in update.values { values[field] = value }
        let fields = EncodedFields.encode(values.map { ($0.key, $0.value) })
        guard fields.count <= FieldValue.maximumByteCount else {
            throw .tooLarge(
                what: "metadata of the document of key \(try decoded(update.key))",
                found: fields.count,
                limit: FieldValue.maximumByteCount
            )
        }
        let (unit, ordinal) = view.committed(location)
        patches.append(TailPatch(unit: unit, ordinal: ordinal, fields: fields))
    }

    mutating func kill(_ location: CollectionView.Location) {
        let (unit, ordinal) = view.committed(location)
        kills.append(Kill(unit: unit, ordinal: ordinal))
    }

    private func locate(_ key: EncodedKey) throws(StoreError) -> CollectionView.Location? {
        if let place = index.places[key] { return place }
        return try key.bytes.withBytes { (key) throws(StoreError) in
            try view.locateInSegments(key)
        }
    }

    private func check(
        _ precondition: WriteBatch.Precondition,
        _ key: EncodedKey,
        _ location: CollectionView.Location?
    ) throws(StoreError) {
        switch precondition {
        case .none: return
        case .isAbsent:
            guard location == nil else { throw .keyExists(try decoded(key)) }
        case .hasVersion(let expected):
            let found = try location.map { (location) throws(StoreError) in
                try view.version(at: location)
            }
            guard found == expected else {
                throw .versionConflict(key: try decoded(key), expected: expected, found: found)
            }
        }
    }

    private func decoded(_ key: EncodedKey) throws(StoreError) -> Key {
        try key.bytes.withBytes { (bytes) throws(StoreError) in
            try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try EncodedKey.decode(bytes)
            }
        }
    }
}
