/// How many rows `values` are, if they are whole, finite and of numbers that FAISS can square and sum.
func checkedRowCount(
    _ values: Span<Float>,
    dimension: Int,
    magnitude: Float = Limits.magnitude
) throws(FAISSError) -> Int {
    guard values.count.isMultiple(of: dimension) else {
        throw .notWholeRows(dimension: dimension, valueCount: values.count)
    }
    if let position = firstUnfit(values, magnitude) {
        let row = position / dimension
        throw values[position].isFinite
            ? .tooLarge(row: row, limit: magnitude) : .notFinite(row: row)
    }
    return values.count / dimension
}

/// The first of `values` that is NaN, infinite or beyond ±`magnitude`.
private func firstUnfit(_ values: Span<Float>, _ magnitude: Float) -> Int? {
    values.withUnsafeBufferPointer { values in
        // Bit patterns without the sign are in the order of magnitudes, with infinity and NaN above all. Gathered
        // without a branch, so that the loop is vectorised.
        let limit = magnitude.bitPattern
        let block = 1_024
        var start = 0
        while start < values.count {
            let end = min(start + block, values.count)
            var greatest: UInt32 = 0
            for i in start..<end {
                greatest = max(greatest, values[i].bitPattern & 0x7fff_ffff)
            }
            if greatest > limit {
                return (start..<end).first { values[$0].bitPattern & 0x7fff_ffff > limit }
            }
            start = end
        }
        return nil
    }
}
