extension BertNormalizer {
    /// Appends the normal form of valid UTF-8 to `output`, and for each of its bytes the bytes that it comes from to `origins`.
    ///
    /// The text is normalised piece by piece: each is a scalar with the marks behind it, at whose border nothing waits for its place
    /// in the order of marks, so that the pieces' normal forms are that of the whole.
    ///
    /// - Parameter base: where `bytes` begin in the text whose ranges `origins` have.
    func normalize(
        _ bytes: Span<UInt8>,
        at base: Int,
        into output: inout [UInt8],
        origins: inout [Range<Int>]
    ) {
        output.reserveCapacity(output.count + bytes.count)
        origins.reserveCapacity(output.count + bytes.count)
        var start = 0
        while start < bytes.count {
            let end = pieceEnd(in: bytes, from: start)
            append(normalOf: bytes.extracting(start..<end), to: &output)
            while origins.count < output.count { origins.append(base + start..<base + end) }
            start = end
        }
    }

    /// Behind the scalar at `start` and the marks that belong to it.
    private func pieceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start + 1
        let beginsWithDropped: Bool
        if bytes[start] < 0x80, end == bytes.count || bytes[end] < 0x80 {
            guard isDropped(UInt32(bytes[start])) else { return end }
            beginsWithDropped = true
        } else {
            end = start
            beginsWithDropped = isDropped(nextScalar(in: bytes, at: &end))
        }
        // Scalars that go are one piece, or each mark behind them would look through all of them.
        if beginsWithDropped {
            while end < bytes.count {
                var next = end
                guard isDropped(nextScalar(in: bytes, at: &next)) else { break }
                end = next
            }
        }
        var next = end
        while next < bytes.count {
            let scalar = nextScalar(in: bytes, at: &next)
            if isMark(scalar) {
                end = next
            } else if !isDropped(scalar) {
                break
            }
        }
        return end
    }
}
