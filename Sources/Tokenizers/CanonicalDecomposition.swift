/// Unicode's normalisation form D, scalar by scalar; the standard library has no public one.
enum CanonicalDecomposition {
    static let hangulSyllables: [UInt32] = [0xAC00, 0xD7A3]

    /// Calls `body` with the scalars that `scalar` decomposes into, completely. Those with a combining
    /// class come in the order of the tables; the caller sorts them into place.
    static func forEachScalar(of scalar: UInt32, _ body: (UInt32) -> Void) {
        if 0xAC00...0xD7A3 ~= scalar {
            // The Unicode Standard, section 3.12.
            let index = scalar - 0xAC00
            body(0x1100 + index / 588)
            body(0x1161 + index % 588 / 28)
            if index % 28 != 0 { body(0x11A7 + index % 28) }
            return
        }
        // A mapping's first scalar may have a mapping of its own, to a depth of four at most.
        guard let (first, second) = mapping(of: scalar) else { return body(scalar) }
        forEachScalar(of: first, body)
        if second != 0 { forEachScalar(of: second, body) }
    }

    private static func mapping(of scalar: UInt32) -> (first: UInt32, second: UInt32)? {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if UInt32(table[middle] >> 42) < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < table.count, UInt32(table[low] >> 42) == scalar else { return nil }
        return (UInt32(table[low] >> 21 & 0x1F_FFFF), UInt32(table[low] & 0x1F_FFFF))
    }
}
