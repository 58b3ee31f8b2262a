/// The dead documents of a segment, in the order of its documents, 65,536 to a value (`tombstones`).
struct TombstoneBlock {
    static let documentCount = 65_536
    static let wordCount = documentCount / 64

    /// The last commit that changed the block.
    let commit: UInt64
    /// At most `wordCount` words, low bit first; words that are missing at the end are 0.
    let words: [UInt64]

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(commit)
        let end = (words.lastIndex { $0 != 0 } ?? -1) + 1
        for word in words[..<end] { writer.integer(word) }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> TombstoneBlock
    {
        var reader = ByteReader(bytes)
        let commit: UInt64 = try reader.integer()
        guard reader.remainingCount % 8 == 0, reader.remainingCount / 8 <= wordCount else {
            throw .init(reason: "holds \(reader.remainingCount) bytes of tombstones")
        }
        var words: [UInt64] = []
        while reader.remainingCount > 0 { words.append(try reader.integer()) }
        return TombstoneBlock(commit: commit, words: words)
    }
}
