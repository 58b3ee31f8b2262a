extension Matrix {
    /// Appends the first `columnCount` numbers of some rows to `values`.
    public func append(rows: Range<Int>, columnCount: Int, to values: inout [Float]) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount)
        precondition(columnCount <= self.columnCount)
        for row in rows {
            values.append(
                contentsOf: UnsafeBufferPointer(start: base + row * stride, count: columnCount)
            )
        }
    }
}
