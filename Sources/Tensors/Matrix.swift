/// A float32 matrix that owns its memory: `[rowCount × columnCount]`, row-major, aligned to a cache line.
///
/// Work on a part of a batch uses the first rows of a larger matrix, so that memory is taken once and not for
/// each batch; hence the `rowCount` argument of the operations.
public struct Matrix: ~Copyable {
    /// Rows there is room for.
    public let rowCount: Int
    /// Numbers in a row.
    public let columnCount: Int
    /// From the start of a row to the start of the next: an odd number of cache lines, so that the same column of
    /// many rows does not fall into the same few sets of a cache.
    let stride: Int
    // Owned by this value alone, which cannot be copied.
    nonisolated(unsafe) let base: UnsafeMutablePointer<Float>

    /// A matrix of zeros.
    public init(rowCount: Int, columnCount: Int) {
        precondition(rowCount >= 0 && columnCount >= 0)
        stride = ((columnCount + 15) / 16 | 1) * 16
        let count = rowCount * stride
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        base = bytes.initializeMemory(as: Float.self, repeating: 0, count: max(count, 1))
        self.rowCount = rowCount
        self.columnCount = columnCount
    }

    deinit {
        base.deallocate()
    }

    /// One number.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(0..<rowCount ~= row && 0..<columnCount ~= column)
            return base[row * stride + column]
        }
        set {
            precondition(0..<rowCount ~= row && 0..<columnCount ~= column)
            base[row * stride + column] = newValue
        }
    }

    /// A copy of one row.
    public func row(_ row: Int) -> [Float] {
        precondition(0..<rowCount ~= row)
        return Array(UnsafeBufferPointer(start: base + row * stride, count: columnCount))
    }
}
