/// The numbers of one row column, one a row of its vector field, little-endian and without padding.
struct ColumnFile: Sendable {
    let file: SegmentFile
    let type: RowColumn.NumberType

    init(_ file: SegmentFile, type: RowColumn.NumberType, rowCount: Int) throws(StoreError) {
        self.file = file
        self.type = type
        guard file.payloadByteCount == rowCount * type.byteCount else {
            throw .damaged(
                file: file.path,
                reason: "holds \(file.payloadByteCount) bytes for \(rowCount) rows of \(type)"
            )
        }
    }

    /// The numbers of some rows; valid while the file lives.
    func bytes(of rows: Range<Int>) throws(StoreError) -> UnsafeRawBufferPointer {
        try file.bytes((rows.lowerBound * type.byteCount)..<(rows.upperBound * type.byteCount))
    }
}
