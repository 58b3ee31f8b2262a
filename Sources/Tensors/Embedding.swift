/// A table of rows looked up by number. A float32 table is read where the file has it mapped.
public struct Embedding: Sendable {
    /// How many rows.
    public var count: Int { table.shape[0] }
    /// Numbers in a row.
    public var width: Int { table.shape[1] }
    private let table: FloatTensor

    /// - Parameter table: `[count × width]`.
    public init(_ table: FloatTensor) {
        precondition(table.shape.count == 2)
        self.table = table
    }

    /// Writes the rows `numbers` into the first rows of `x`, or adds them to those.
    ///
    /// - Precondition: every number is a row of the table, and `x` has room.
    public func gather(_ numbers: [Int32], adding: Bool = false, into x: inout Matrix) {
        precondition(x.columnCount == width && numbers.count <= x.rowCount)
        let width = width
        table.withUnsafeFloats { values in
            for (row, number) in numbers.enumerated() {
                precondition(number >= 0 && Int(number) < count)
                let from = values.baseAddress.unsafelyUnwrapped + Int(number) * width
                let to = x.base + row * x.stride
                if adding {
                    for column in 0..<width { to[column] += from[column] }
                } else {
                    to.update(from: from, count: width)
                }
            }
        }
    }
}
