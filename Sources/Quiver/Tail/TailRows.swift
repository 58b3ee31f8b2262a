import Indexes

/// The rows of one vector field in a commit of the tail.
struct TailRows: Sendable {
    fileprivate(set) var blocks: [TailBlock] = []
    /// By the column's number: its bytes, one row after the other.
    fileprivate(set) var columns: [UInt32: [UInt8]] = [:]
    fileprivate(set) var map: RowMap

    /// The block that holds a row, and the row's place in it.
    func block(of row: Int) -> (block: TailBlock, row: Int)? {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            let block = blocks[middle]
            if row < block.firstRow {
                high = middle
            } else if row >= block.firstRow + block.count {
                low = middle + 1
            } else {
                return (block, row - block.firstRow)
            }
        }
        return nil
    }
}

/// Some rows of one vector field, in memory of our own.
struct TailBlock: Sendable {
    let firstRow: Int
    let count: Int
    private let bytes: AlignedBytes
    private let normsOffset: Int
    private let scalesOffset: Int?

    /// A view of the rows, valid during `body`.
    func withRows<Result, Failure: Error>(
        of field: VectorField,
        _ body: (Rows) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(bytes) { () throws(Failure) in
            let values = bytes.unsafeBytes
            return try body(
                Rows(
                    storage: field.storage,
                    metric: field.metric,
                    dimension: field.dimension,
                    count: count,
                    values: values.baseAddress.unsafelyUnwrapped,
                    norms: (values.baseAddress.unsafelyUnwrapped + normsOffset)
                        .assumingMemoryBound(to: Float.self),
                    scales: scalesOffset.map {
                        (values.baseAddress.unsafelyUnwrapped + $0).assumingMemoryBound(
                            to: Float.self
                        )
                    }
                )
            )
        }
    }

    /// A row as it is stored, its norm, and its scale under `int8`, during `body`.
    func withStoredRow<Result>(
        _ row: Int,
        of field: VectorField,
        _ body: (_ values: UnsafeRawBufferPointer, _ norm: Float, _ scale: Float?)
            throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try withExtendedLifetime(bytes) { () throws(StoreError) in
            let size = field.storage.bytesPerRow(dimension: field.dimension)
            let all = bytes.unsafeBytes
            let values = UnsafeRawBufferPointer(rebasing: all[(row * size)..<((row + 1) * size)])
            let norm = all.loadUnaligned(fromByteOffset: normsOffset + 4 * row, as: Float.self)
            let scale = scalesOffset.map {
                all.loadUnaligned(fromByteOffset: $0 + 4 * row, as: Float.self)
            }
            return try body(values, norm, scale)
        }
    }

    /// Reads a `vectors` block.
    init(_ value: UnsafeRawBufferPointer, field: VectorField) throws(ByteReader.Malformed) {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        let dimension = Int(try reader.integer(UInt32.self))
        let storage: UInt8 = try reader.integer()
        guard dimension == field.dimension, storage == field.storage.rawValue else {
            throw .init(reason: "holds rows of dimension \(dimension), storage \(storage)")
        }
        let valuesByteCount = count * field.storage.bytesPerRow(dimension: dimension)
        let normsOffset = (valuesByteCount + 3) & ~3
        let scalesOffset = normsOffset + 4 * count
        let end = scalesOffset + (field.storage == .int8 ? 4 * count : 0)
        guard count > 0, value.count == TailFormat.vectorHeaderByteCount + end else {
            throw .init(reason: "holds \(value.count) bytes for \(count) rows")
        }
        bytes = AlignedBytes(
            copying: UnsafeRawBufferPointer(
                rebasing: value.dropFirst(TailFormat.vectorHeaderByteCount)
            )
        )
        self.count = count
        firstRow = first
        self.normsOffset = normsOffset
        self.scalesOffset = field.storage == .int8 ? scalesOffset : nil
    }
}

/// Collects the rows of one field as their blocks are read.
struct TailRowsBuilder {
    private var blocks: [TailBlock] = []
    private var counts: [UInt32]?
    private var columns: [UInt32: [UInt8]] = [:]

    private var rowCount: Int { blocks.last.map { $0.firstRow + $0.count } ?? 0 }

    /// Takes a `vectors` block in.
    mutating func append(
        vectors value: UnsafeRawBufferPointer,
        of field: StoredField
    ) throws(ByteReader.Malformed) {
        let block = try TailBlock(value, field: field.field)
        guard block.firstRow == rowCount else {
            throw .init(reason: "begins with row \(block.firstRow), expected \(rowCount)")
        }
        blocks.append(block)
    }

    /// Takes a `rowCounts` block in.
    mutating func append(counts value: UnsafeRawBufferPointer) throws(ByteReader.Malformed) {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        var counts = counts ?? []
        guard first == counts.count else {
            throw .init(reason: "begins with document \(first), expected \(counts.count)")
        }
        for _ in 0..<count { counts.append(try reader.integer()) }
        try reader.end()
        self.counts = counts
    }

    /// Takes a `column` block in.
    mutating func append(
        column value: UnsafeRawBufferPointer,
        id: UInt32,
        type: RowColumn.NumberType
    ) throws(ByteReader.Malformed) {
        var reader = ByteReader(value)
        let count = Int(try reader.integer(UInt32.self))
        let first = Int(try reader.integer(UInt32.self))
        let found = try reader.integer(UInt32.self)
        guard found == UInt32(type.rawValue) else {
            throw .init(reason: "holds a row column of type \(found)")
        }
        let known = columns[id, default: []].count / type.byteCount
        guard first == known else {
            throw .init(reason: "begins with row \(first), expected \(known)")
        }
        columns[id, default: []].append(contentsOf: try reader.bytes(count * type.byteCount))
        try reader.end()
    }

    /// The finished rows, if they are as many as the documents have.
    func finished(
        documentCount: Int,
        field: StoredField?
    ) throws(ByteReader.Malformed) -> TailRows {
        var total = documentCount
        if let counts {
            guard counts.count == documentCount else {
                throw .init(
                    reason:
                        "counts the rows of \(counts.count) documents, expected \(documentCount)"
                )
            }
            total = counts.reduce(0) { $0 + Int($1) }
        } else if blocks.isEmpty {
            // A field that was added since.
            return TailRows(map: .empty(documentCount: documentCount))
        }
        guard rowCount == total else {
            throw .init(
                reason: "holds \(rowCount) rows for \(documentCount) documents, not \(total)"
            )
        }
        for (id, column) in field?.columns ?? [] {
            guard columns[id, default: []].count == total * column.type.byteCount else {
                throw .init(reason: "holds a row column that does not fit its \(total) rows")
            }
        }
        return TailRows(
            blocks: blocks,
            columns: columns,
            map: counts.map { RowMap(counts: $0) } ?? .oneEach(documentCount: documentCount)
        )
    }
}
