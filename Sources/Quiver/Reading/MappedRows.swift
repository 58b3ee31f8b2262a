public import Indexes

/// The rows of one document in one vector field, where they lie: mapped from a segment, or in the snapshot's tail. Keeps what they lie
/// in alive.
public struct MappedRows: Sendable {
    /// How the numbers are stored.
    public let storage: Storage
    /// Numbers in a row.
    public let dimension: Int
    /// Rows.
    public let count: Int

    private let field: VectorField
    private let source: Source

    private enum Source: Sendable {
        case segment(Segment, SegmentRows, Range<Int>)
        case tail(TailRows, Range<Int>)
    }

    init?(
        _ location: CollectionView.Location,
        of field: StoredField,
        in view: CollectionView
    ) throws(StoreError) {
        let rows = try view.rows(at: location, of: field)
        guard !rows.isEmpty else { return nil }
        storage = field.field.storage
        dimension = field.field.dimension
        count = rows.count
        self.field = field.field
        switch location {
        case .segment(let place, _):
            let segment = view.segments[place].segment
            source = .segment(segment, segment.rows(of: field.id), rows)
        case .tail(let place, _):
            source = .tail(view.tail[place].commit.rows(of: field.id), rows)
        }
    }

    /// The stored numbers of one row, without a copy, during `body`: float32 or float16 little-endian, or int8.
    ///
    /// - Parameters:
    ///   - row: 0..<count.
    ///   - body: is given the numbers, the Euclidean norm of the row, and what each number is multiplied with under `int8`.
    /// - Throws: `noSuchDocument` for another row; `damaged`, `file`; what `body` throws.
    public func withStoredRow<Result>(
        _ row: Int,
        _ body: (_ numbers: RawSpan, _ norm: Float, _ scale: Float) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        guard (0..<count).contains(row) else { throw .noSuchDocument(number: row, count: count) }
        switch source {
        case .segment(let segment, let rows, let range):
            defer { withExtendedLifetime(segment) {} }
            guard let stored = try rows.storedRow(range.lowerBound + row) else {
                throw .damaged(file: segment.path, reason: "has no row \(row)")
            }
            return try body(stored.values.bytes, stored.norm, stored.scale ?? 1)
        case .tail(let rows, let range):
            guard let (block, place) = rows.block(of: range.lowerBound + row) else {
                throw .damaged(file: Catalog.fileName, reason: "has no row \(row)")
            }
            return try block.withStoredRow(place, of: field) {
                (values, norm, scale) throws(StoreError) in
                try body(values.bytes, norm, scale ?? 1)
            }
        }
    }
}

/// The numbers of a row column for some rows of one document, where they lie. Keeps what they lie in alive.
public struct MappedColumn: Sendable {
    /// The type of the numbers.
    public let type: RowColumn.NumberType
    /// How many there are.
    public let count: Int

    private let view: CollectionView
    private let location: CollectionView.Location
    private let field: StoredField
    private let id: UInt32
    private let first: Int

    init(
        _ location: CollectionView.Location,
        _ rows: Range<Int>,
        of column: (id: UInt32, column: RowColumn),
        _ field: StoredField,
        in view: CollectionView
    ) {
        type = column.column.type
        count = rows.count
        self.view = view
        self.location = location
        self.field = field
        id = column.id
        first = rows.lowerBound
    }

    /// The numbers, little-endian, without a copy, during `body`.
    public func withBytes<Result>(
        _ body: (RawSpan) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try view.withColumn(id, type, at: location, of: field) { (bytes) throws(StoreError) in
            let size = type.byteCount
            guard bytes.count >= (first + count) * size else {
                throw .damaged(file: Catalog.fileName, reason: "has no column \(id)")
            }
            let own = bytes[(first * size)..<((first + count) * size)]
            return try body(UnsafeRawBufferPointer(rebasing: own).bytes)
        }
    }

    /// The numbers.
    public func values() throws(StoreError) -> RowColumnValues {
        try withBytes { (bytes) throws(StoreError) in
            bytes.withUnsafeBytes { RowColumnValues(type, stored: $0) }
        }
    }
}

extension Snapshot {
    /// The rows of documents without a copy, `nil` where there is no such document or it has no row of the field.
    ///
    /// Only the pages that are looked at are read, and checked the first time.
    ///
    /// - Parameters:
    ///   - keys: the documents'.
    ///   - vectorField: `nil` stands for the only one.
    public func vectors(
        keys: [Key],
        of vectorField: String? = nil
    ) throws(StoreError) -> [MappedRows?] {
        try process.require()
        let field = try view.vectorField(orOnly: vectorField)
        var found: [MappedRows?] = []
        for key in keys {
            guard let location = try view.locate(try EncodedKey(key)) else {
                found.append(nil)
                continue
            }
            found.append(try MappedRows(location, of: field, in: view))
        }
        return found
    }

    /// The row columns of a document for some of its rows, by name and without a copy; `nil` if there is no such document.
    ///
    /// - Parameters:
    ///   - key: the document's.
    ///   - rows: cut to the rows that the document has.
    ///   - vectorField: `nil` stands for the only one.
    public func columns(
        _ key: Key,
        rows: Range<Int>,
        of vectorField: String? = nil
    ) throws(StoreError) -> [String: MappedColumn]? {
        try process.require()
        let field = try view.vectorField(orOnly: vectorField)
        guard let location = try view.locate(try EncodedKey(key)) else { return nil }
        let range = rows.clamped(to: 0..<(try view.rowCount(at: location, of: field)))
        var columns: [String: MappedColumn] = [:]
        for column in field.columns {
            columns[column.column.name] = MappedColumn(location, range, of: column, field, in: view)
        }
        return columns
    }
}
