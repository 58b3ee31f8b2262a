/// The first row of `values` that holds NaN or infinity.
func firstRowNotFinite(_ values: Span<Float>, dimension: Int) -> Int? {
    values.withUnsafeBufferPointer { values in
        var start = 0
        while start < values.count {
            // All exponent bits set means NaN or infinity. Gathered without a branch, so that the loop is vectorised.
            var bad: UInt32 = 0
            for i in start..<start + dimension {
                bad |= values[i].bitPattern & 0x7f80_0000 == 0x7f80_0000 ? 1 : 0
            }
            if bad != 0 { return start / dimension }
            start += dimension
        }
        return nil
    }
}
