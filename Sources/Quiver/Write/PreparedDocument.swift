import Indexes

/// A document that has passed every check and is ready to be stored.
struct PreparedDocument {
    let key: EncodedKey
    let text: String?
    let textHash: UInt64
    /// `EncodedFields`.
    let fields: [UInt8]
    let precondition: WriteBatch.Precondition

    var isTextLong: Bool { (text?.utf8.count ?? 0) > TailFormat.longTextByteCount }

    /// Bytes in a `documents` block.
    var tailByteCount: Int {
        2 + key.bytes.count + 8 + 1 + 8 + (isTextLong ? 16 : text?.utf8.count ?? 0)
    }
}

/// An update that has passed every check but those that depend on the document.
struct PreparedUpdate {
    let key: EncodedKey
    let values: [(field: UInt32, value: FieldValue)]
    let removed: Set<UInt32>
    let precondition: WriteBatch.Precondition
}

/// A delete.
struct PreparedDelete {
    let key: EncodedKey
    let precondition: WriteBatch.Precondition
}

/// The rows of one field, in the field's storage type, in the order of the documents.
struct PreparedRows {
    let field: StoredField
    private(set) var values: [UInt8] = []
    private(set) var norms: [Float] = []
    private(set) var scales: [Float] = []
    /// The rows of each document.
    private(set) var counts: [UInt32] = []
    private(set) var hasOneRowEach = true
    /// The row columns in the order of the field's, as they are stored.
    private(set) var columns: [[UInt8]]

    var count: Int { norms.count }

    init(field: StoredField) {
        self.field = field
        columns = Array(repeating: [], count: field.columnIDs.count)
    }

    /// Bytes in the tail.
    var byteCount: Int {
        columns.reduce(values.count + 8 * norms.count + (hasOneRowEach ? 0 : 4 * counts.count)) {
            $0 + $1.count
        }
    }

    /// Checks and adds one document's rows.
    mutating func append(_ document: Document) throws(StoreError) {
        let name = field.field.name
        let numbers = document.vectors[name] ?? []
        let dimension = field.field.dimension
        guard !numbers.isEmpty || field.field.isOptional else {
            throw .missingVectors(key: document.key, field: name)
        }
        guard numbers.count % dimension == 0 else {
            throw .dimensionMismatch(
                key: document.key,
                field: name,
                expected: dimension,
                found: numbers.count
            )
        }
        let rowCount = numbers.count / dimension
        guard rowCount <= Self.maximumRowCount else {
            throw .tooLarge(
                what: "number of rows of a document",
                found: rowCount,
                limit: Self.maximumRowCount
            )
        }
        if rowCount == 1 {
            try append(numbers, of: document.key, number: 0)
        } else {
            for row in 0..<rowCount {
                try append(
                    Array(numbers[(row * dimension)..<((row + 1) * dimension)]),
                    of: document.key,
                    number: row
                )
            }
        }
        if rowCount != 1 { hasOneRowEach = false }
        counts.append(UInt32(rowCount))
        try appendColumns(document, rowCount: rowCount)
    }

    /// The most rows of one document in one vector field.
    static let maximumRowCount = 1 << 24

    private mutating func appendColumns(
        _ document: Document,
        rowCount: Int
    ) throws(StoreError) {
        let given = document.columns[field.field.name] ?? [:]
        for name in given.keys where !field.field.rowColumns.contains(where: { $0.name == name }) {
            throw .unknownRowColumn(name, field: field.field.name)
        }
        for (place, column) in field.field.rowColumns.enumerated() {
            guard let values = given[column.name] else {
                if rowCount == 0 { continue }
                throw .missingRowColumn(
                    key: document.key,
                    field: field.field.name,
                    column: column.name
                )
            }
            guard values.type == column.type, values.count == rowCount else {
                throw .rowColumnMismatch(
                    key: document.key,
                    field: field.field.name,
                    column: column.name,
                    expected: "\(rowCount) of \(column.type)",
                    found: "\(values.count) of \(values.type)"
                )
            }
            if let row = values.firstNotFinite {
                throw .rowColumnMismatch(
                    key: document.key,
                    field: field.field.name,
                    column: column.name,
                    expected: "finite numbers",
                    found: "NaN or infinity in row \(row)"
                )
            }
            values.withStoredBytes { columns[place].append(contentsOf: $0) }
        }
    }

    private mutating func append(
        _ row: [Float],
        of key: Key,
        number: Int
    ) throws(StoreError) {
        let definition = field.field
        try definition.check(row, of: key, number: number)
        let stored = StoredRow(row, storage: definition.storage)
        if let position = stored.overflow {
            throw .float16Overflow(
                key: key,
                field: definition.name,
                row: number,
                position: position,
                value: row[position]
            )
        }
        // A row can vanish, or its norm overflow, only now: in its storage type.
        guard stored.norm.isFinite else {
            throw .normOverflow(key: key, field: definition.name, row: number)
        }
        if definition.metric == .cosine, stored.norm == 0 {
            throw .zeroVector(key: key, field: definition.name, row: number)
        }
        values.append(contentsOf: stored.bytes)
        norms.append(stored.norm)
        if definition.storage == .int8 { scales.append(stored.scale) }
    }
}

extension VectorField {
    /// Refuses a row of another dimension, with a number that is not finite or no bit where there are bits, or without direction under cosine.
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
        if storage == .binary, let position = row.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            throw .notABit(
                key: key,
                field: name,
                row: number,
                position: position,
                value: row[position]
            )
        }
        if metric == .cosine, row.allSatisfy({ $0 == 0 }) {
            throw .zeroVector(key: key, field: name, row: number)
        }
    }
}
