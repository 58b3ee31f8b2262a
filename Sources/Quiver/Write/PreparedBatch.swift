/// A write batch that has passed every check that needs the schema alone, in the order of its keys, in the form in which it is
/// stored.
struct PreparedBatch {
    /// The schema that it was checked against.
    let schema: StoredSchema
    private(set) var documents: [PreparedDocument] = []
    private(set) var updates: [PreparedUpdate] = []
    private(set) var deletes: [PreparedDelete] = []
    /// Documents that a filter chose to be deleted, in the collection as it stands.
    private(set) var chosen: [CollectionView.Location] = []
    /// The rows of each vector field, in the order of `documents`.
    private(set) var rows: [PreparedRows] = []

    /// What a cache has done since its last commit.
    var counters = CacheCounters()

    /// The most changes of one batch.
    static let maximumCount = 1 << 24

    /// - Throws: `tooLarge`, `invalidKey`, `duplicateKey`, `textTooLong`, `unknownField`, `fieldTypeMismatch`, `invalidFieldValue`,
    ///   `missingVectors`, `unknownVectorField`, `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`,
    ///   `float16Overflow`, `unknownRowColumn`, `missingRowColumn`, `rowColumnMismatch`, each naming the document.
    init(_ batch: WriteBatch, collection: CollectionRecord) throws(StoreError) {
        schema = collection.schema
        guard batch.count <= Self.maximumCount else {
            throw .tooLarge(what: "write batch", found: batch.count, limit: Self.maximumCount)
        }
        var keyed: [(key: EncodedKey, operation: WriteBatch.Operation)] = []
        keyed.reserveCapacity(batch.count)
        for operation in batch.operations {
            keyed.append((try EncodedKey(operation.key), operation))
        }
        keyed.sort { $0.key < $1.key }
        for index in keyed.indices.dropFirst() where keyed[index].key == keyed[index - 1].key {
            throw .duplicateKey(keyed[index].operation.key)
        }
        rows = schema.vectorFields.map { PreparedRows(field: $0) }
        for (key, operation) in keyed {
            switch operation {
            case .delete(_, let precondition):
                deletes.append(PreparedDelete(key: key, precondition: precondition))
            case .update(let update, let precondition):
                try append(update, key, precondition, collection: collection.name)
            case .upsert(let document, let precondition):
                try append(document, key, precondition, collection: collection.name)
            }
        }
    }

    /// The deletion of every document that `filter` holds of.
    ///
    /// - Throws: `unknownField`, `invalidFilter`, `damaged`.
    init(deleting filter: Filter, in view: CollectionView) throws(StoreError) {
        schema = view.record.schema
        let bound = try BoundFilter(filter, record: view.record)
        var chosen: [CollectionView.Location] = []
        try view.forEachLiveDocument { (location) throws(StoreError) in
            if try view.matches(bound, at: location) { chosen.append(location) }
        }
        self.chosen = chosen
    }

    private mutating func append(
        _ document: Document,
        _ key: EncodedKey,
        _ precondition: WriteBatch.Precondition,
        collection: String
    ) throws(StoreError) {
        let byteCount = document.text?.utf8.count ?? 0
        guard byteCount <= Document.maximumTextByteCount else {
            throw .textTooLong(
                key: document.key,
                byteCount: byteCount,
                limit: Document.maximumTextByteCount
            )
        }
        for name in document.vectors.keys
        where !rows.contains(where: { $0.field.field.name == name }) {
            throw .unknownVectorField(name, collection: collection)
        }
        for name in document.columns.keys
        where !rows.contains(where: { $0.field.field.name == name }) {
            throw .unknownVectorField(name, collection: collection)
        }
        let fields = EncodedFields.encode(
            try checked(document.fields, of: document.key, collection: collection)
        )
        try checkSize(fields, of: document.key)
        for index in rows.indices { try rows[index].append(document) }
        var text = document.text
        let hash = text?.withUTF8 { textHash(UnsafeRawBufferPointer($0)) } ?? 0
        documents.append(
            PreparedDocument(
                key: key,
                text: text,
                textHash: hash,
                fields: fields,
                precondition: precondition
            )
        )
    }

    private mutating func append(
        _ update: DocumentUpdate,
        _ key: EncodedKey,
        _ precondition: WriteBatch.Precondition,
        collection: String
    ) throws(StoreError) {
        var removed: Set<UInt32> = []
        for name in update.removedFields {
            removed.insert(try field(name, collection: collection).id)
        }
        updates.append(
            PreparedUpdate(
                key: key,
                values: try checked(update.fields, of: update.key, collection: collection),
                removed: removed,
                precondition: precondition
            )
        )
    }

    private func field(
        _ name: String,
        collection: String
    ) throws(StoreError) -> StoredMetadataField {
        guard
            let field = schema.fields.first(where: {
                $0.field.name.utf8.elementsEqual(name.utf8)
            })
        else { throw .unknownField(name, collection: collection) }
        return field
    }

    private func checked(
        _ values: [String: FieldValue],
        of key: Key,
        collection: String
    ) throws(StoreError) -> [(field: UInt32, value: FieldValue)] {
        var checked: [(field: UInt32, value: FieldValue)] = []
        for (name, value) in values {
            let field = try field(name, collection: collection)
            guard value.type == nil || value.type == field.field.type else {
                throw .fieldTypeMismatch(
                    key: key,
                    field: name,
                    expected: field.field.type,
                    found: value.type ?? field.field.type
                )
            }
            if case .double(let number) = value, !number.isFinite {
                throw .invalidFieldValue(
                    key: key,
                    field: name,
                    reason: "a double is neither NaN nor infinite"
                )
            }
            checked.append((field.id, value))
        }
        return checked
    }

    private func checkSize(_ fields: [UInt8], of key: Key) throws(StoreError) {
        guard fields.count <= FieldValue.maximumByteCount else {
            throw .tooLarge(
                what: "metadata of the document of key \(key)",
                found: fields.count,
                limit: FieldValue.maximumByteCount
            )
        }
    }

    /// What the batch adds to the tail, long texts included.
    ///
    /// At least a page: that is what a commit takes of the catalog, and it bounds the number of commits in the tail,
    /// each of which every search visits.
    var tailByteCount: Int {
        var count = 13 * (documents.count + deletes.count + chosen.count) + 64 * updates.count
        for document in documents {
            count += document.tailByteCount + document.fields.count
            if document.isTextLong { count += document.text?.utf8.count ?? 0 }
        }
        for update in updates { count += EncodedFields.encode(update.values).count }
        for rows in rows { count += rows.byteCount }
        return max(Self.pageByteCount, count)
    }

    private static let pageByteCount = 4_096
}
