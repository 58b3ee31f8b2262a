import Indexes

/// A document that has passed every check and is ready to be stored.
struct PreparedDocument {
    let key: EncodedKey
    let text: String?
    let textHash: UInt64

    var isTextLong: Bool { (text?.utf8.count ?? 0) > TailFormat.longTextByteCount }

    /// Bytes in a `documents` block.
    var tailByteCount: Int {
        2 + key.bytes.count + 8 + 1 + 8 + (isTextLong ? 16 : text?.utf8.count ?? 0)
    }
}

/// The rows of one field, in the field's storage type, in the order of the documents.
struct PreparedRows {
    let storage: Storage
    let dimension: Int
    private(set) var values: [UInt8] = []
    private(set) var norms: [Float] = []
    private(set) var scales: [Float] = []

    var count: Int { norms.count }

    init(field: VectorField) {
        storage = field.storage
        dimension = field.dimension
    }

    /// Checks and adds one document's row.
    mutating func append(_ row: [Float], of key: Key?, field: VectorField) throws(StoreError) {
        try field.check(row, of: key)
        let stored = StoredRow(row, storage: storage)
        if let position = stored.overflow {
            throw .float16Overflow(
                key: key,
                field: field.name,
                row: 0,
                position: position,
                value: row[position]
            )
        }
        // A row can vanish, or its norm overflow, only now: in its storage type.
        guard stored.norm.isFinite else {
            throw .normOverflow(key: key, field: field.name, row: 0)
        }
        if field.metric == .cosine, stored.norm == 0 {
            throw .zeroVector(key: key, field: field.name, row: 0)
        }
        values.append(contentsOf: stored.bytes)
        norms.append(stored.norm)
        if storage == .int8 { scales.append(stored.scale) }
    }
}

extension VectorField {
    /// Refuses a row of another dimension, with a number that is not finite, or without direction under cosine.
    ///
    /// - Parameters:
    ///   - key: the document that it belongs to; `nil` for a query.
    ///   - number: the row's number in its document, or the query's.
    func check(_ row: [Float], of key: Key?, number: Int = 0) throws(StoreError) {
        guard row.count == dimension else {
            throw .dimensionMismatch(key: key, field: name, expected: dimension, found: row.count)
        }
        if let position = row.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(key: key, field: name, row: number, position: position)
        }
        if metric == .cosine, row.allSatisfy({ $0 == 0 }) {
            throw .zeroVector(key: key, field: name, row: number)
        }
    }
}
