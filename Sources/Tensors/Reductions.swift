extension Matrix {
    /// The mean of the rows `rows`, which must not be empty.
    public func mean(ofRows rows: Range<Int>) -> [Float] {
        precondition(rows.upperBound <= rowCount)
        var result = row(rows.lowerBound)
        for row in rows.dropFirst() {
            let values = base + row * stride
            for column in result.indices { result[column] += values[column] }
        }
        let scale = 1 / Float(rows.count)
        for column in result.indices { result[column] *= scale }
        return result
    }

    /// The largest number of each column in the rows `rows`, which must not be empty.
    public func maximum(ofRows rows: Range<Int>) -> [Float] {
        precondition(rows.upperBound <= rowCount)
        var result = row(rows.lowerBound)
        for row in rows.dropFirst() {
            let values = base + row * stride
            for column in result.indices { result[column] = max(result[column], values[column]) }
        }
        return result
    }
}

/// Divides `vector` by its Euclidean norm, or by 1e-12 where that is larger, as PyTorch's `normalize` does.
public func normaliseLength(of vector: inout [Float]) {
    var squares: Double = 0
    for value in vector { squares += Double(value) * Double(value) }
    let scale = Float(1 / max(squares.squareRoot(), 1e-12))
    for index in vector.indices { vector[index] *= scale }
}
