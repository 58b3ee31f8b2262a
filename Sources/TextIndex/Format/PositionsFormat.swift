/// Where a term is in its documents, in the order of its postings: for each document as many positions as the term is in it, the
/// first as it is, each other less the one before less 1, as `VariableInteger`. A position counts the document's terms.
///
/// Where a term's postings have several blocks, 8 bytes a block follow: where the positions of its first document begin, from the
/// first of the term.
enum PositionsFormat {
    static let headerByteCount = 8

    static func append(_ positions: Span<UInt32>, to bytes: inout [UInt8]) {
        var next: UInt32 = 0
        for index in positions.indices {
            VariableInteger.append(UInt64(positions[index] - next), to: &bytes)
            next = positions[index] + 1
        }
    }

    /// Reads the positions of one document, of which there are `count`.
    ///
    /// - Returns: `nil` where they are not all there.
    static func read(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        count: Int,
        to positions: inout [UInt32]
    ) -> Bool {
        var next: UInt64 = 0
        for _ in 0..<count {
            guard let gap = VariableInteger.read(bytes, at: &offset),
                gap < UInt64(UInt32.max) - next
            else { return false }
            positions.append(UInt32(next + gap))
            next += gap + 1
        }
        return true
    }

    /// Passes over as many positions.
    static func skip(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        count: Int
    ) -> Bool {
        var rest = count
        while rest > 0 {
            guard offset < bytes.count else { return false }
            if bytes[offset] < 0x80 { rest -= 1 }
            offset += 1
        }
        return true
    }
}
