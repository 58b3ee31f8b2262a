import Indexes

/// The rows of one vector field of a segment, with their columns.
final class SegmentRows: Sendable {
    /// `nil` if no document of the segment has a row of the field.
    private let vectors: VectorFile?
    let map: RowMap
    /// By the column's number; those that the field got later are missing.
    private let columns: [UInt32: ColumnFile]

    init(
        vectors: VectorFile?,
        map: RowMap,
        columns: [UInt32: ColumnFile]
    ) {
        self.vectors = vectors
        self.map = map
        self.columns = columns
    }

    var count: Int { map.rowCount }

    /// All rows, checked, `nil` if there are none; valid while the segment lives.
    func rows() throws(StoreError) -> Rows? {
        try vectors?.rows()
    }

    /// One row as float32.
    func row(_ row: Int) throws(StoreError) -> [Float] {
        try vectors?.row(row) ?? []
    }

    /// A row as it is stored, its norm, and its scale under `int8`; valid while the segment lives.
    func storedRow(
        _ row: Int
    ) throws(StoreError) -> (values: UnsafeRawBufferPointer, norm: Float, scale: Float?)? {
        try vectors?.storedRow(row)
    }

    /// The values of rows that lie together; valid while the segment lives.
    func values(of rows: Range<Int>) throws(StoreError) -> UnsafeRawBufferPointer? {
        try vectors?.values(of: rows)
    }

    func column(_ id: UInt32) -> ColumnFile? { columns[id] }

    /// The files, for `verify` and statistics.
    var files: [SegmentFile] {
        var files: [SegmentFile] = []
        if let vectors { files.append(vectors.file) }
        if case .file(let rowFile) = map { files.append(rowFile.file) }
        return files + columns.values.map(\.file)
    }
}
