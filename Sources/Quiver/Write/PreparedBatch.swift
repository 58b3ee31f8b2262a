/// A write batch that has passed every check, in the order of its keys, in the form in which it is stored.
struct PreparedBatch {
    private(set) var documents: [PreparedDocument] = []
    private(set) var deleted: [EncodedKey] = []
    /// The rows of each field, in the order of `documents`.
    private(set) var rows: [(field: StoredField, rows: PreparedRows)] = []

    /// The most documents and deletes of one batch.
    static let maximumCount = 1 << 24

    /// - Throws: `tooLarge`, `invalidKey`, `duplicateKey`, `textTooLong`, `missingVectors`, `unknownVectorField`,
    ///   `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`, `float16Overflow`, each naming the document.
    init(_ batch: WriteBatch, collection: String, fields: [StoredField]) throws(StoreError) {
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
        rows = fields.map { ($0, PreparedRows(field: $0.field)) }
        for (key, operation) in keyed {
            switch operation {
            case .delete: deleted.append(key)
            case .upsert(let document): try append(document, key: key, collection: collection)
            }
        }
    }

    private mutating func append(
        _ document: Document,
        key: EncodedKey,
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
        for index in rows.indices {
            let field = rows[index].field.field
            guard let row = document.vectors[field.name] else {
                throw .missingVectors(key: document.key, field: field.name)
            }
            try rows[index].rows.append(row, of: document.key, field: field)
        }
        var text = document.text
        let hash = text?.withUTF8 { textHash(UnsafeRawBufferPointer($0)) } ?? 0
        documents.append(PreparedDocument(key: key, text: text, textHash: hash))
    }

    var isEmpty: Bool { documents.isEmpty && deleted.isEmpty }

    /// What the batch adds to the tail, long texts included.
    ///
    /// At least a page: that is what a commit takes of the catalog, and it bounds the number of commits in the tail,
    /// each of which every search visits.
    var tailByteCount: Int {
        var count = 13 * (documents.count + deleted.count)
        for document in documents {
            count += document.tailByteCount
            if document.isTextLong { count += document.text?.utf8.count ?? 0 }
        }
        for (_, rows) in rows { count += rows.values.count + 8 * rows.count }
        return max(Self.pageByteCount, count)
    }

    private static let pageByteCount = 4_096
}
