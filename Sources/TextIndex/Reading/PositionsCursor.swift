/// Reads where a term is in the documents that a `PostingsCursor` comes to.
struct PositionsCursor {
    private let index: InvertedIndex
    private let entry: TermEntry
    private var block = -1
    /// The document of the block whose positions come next.
    private var place = 0
    private var offset = 0
    // Of the index's source.
    private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ entry: TermEntry, of index: InvertedIndex) {
        self.entry = entry
        self.index = index
    }

    /// The positions in the document at hand.
    mutating func read(at cursor: PostingsCursor, to positions: inout [UInt32]) throws {
        positions.removeAll(keepingCapacity: true)
        if cursor.block != block || cursor.place < place { try load(cursor.block) }
        var skipped = 0
        while place < cursor.place {
            skipped += Int(cursor.values[place]) + 1
            place += 1
        }
        guard PositionsFormat.skip(bytes, at: &offset, count: skipped),
            PositionsFormat.read(
                bytes,
                at: &offset,
                count: Int(cursor.values[place]) + 1,
                to: &positions
            )
        else { throw malformed("end before those of document \(cursor.document)") }
        place += 1
    }

    private mutating func load(_ number: Int) throws {
        let end = entry.positionsOffset + entry.positionsByteCount
        var start = 0
        if entry.headerCount > 0 {
            let header = end + number * PositionsFormat.headerByteCount
            let found = UInt64(
                littleEndian: try index.source.checkedBytes(
                    of: .positions,
                    header..<(header + PositionsFormat.headerByteCount)
                ).loadUnaligned(as: UInt64.self)
            )
            guard found <= UInt64(entry.positionsByteCount) else {
                throw malformed("have a header that names \(found)")
            }
            start = Int(found)
        }
        bytes = try index.source.checkedBytes(
            of: .positions,
            (entry.positionsOffset + start)..<end
        )
        block = number
        place = 0
        offset = 0
    }

    private func malformed(_ reason: String) -> TextIndexError {
        .malformed(part: .positions, reason: reason)
    }
}
