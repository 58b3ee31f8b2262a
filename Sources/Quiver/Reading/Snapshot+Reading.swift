import Indexes

extension Snapshot {
    /// Reads documents in blocks.
    ///
    /// - Throws: `invalidReading`, `damaged`, `usedAfterFork`, `file`.
    public func reader(_ plan: ReadingPlan = ReadingPlan()) throws(StoreError) -> SnapshotReader {
        try process.require()
        return try SnapshotReader(self, plan)
    }

    /// Goes on with a reading that began on a snapshot of the same documents, in this process or another.
    ///
    /// - Throws: `invalidReading` if the documents, or for `storage` order their segments, are others now.
    public func reader(resuming cursor: ReadingCursor) throws(StoreError) -> SnapshotReader {
        var reader = try reader(cursor.plan)
        guard reader.cursor.fingerprint == cursor.fingerprint else {
            throw .invalidReading(
                reason: "the cursor is of other documents; a named snapshot keeps them"
            )
        }
        try reader.move(to: cursor.position)
        return reader
    }

    /// A part of a document's text, by bytes of its UTF-8; `nil` if there is no such document or it has no text.
    ///
    /// - Parameters:
    ///   - key: the document's.
    ///   - bytes: cut to the text's length.
    /// - Throws: `invalidReading` if the range begins or ends inside a character; `invalidKey`, `damaged`, `usedAfterFork`, `file`.
    public func text(_ key: Key, bytes: Range<Int>) throws(StoreError) -> String? {
        try process.require()
        guard let location = try view.locate(try EncodedKey(key)) else { return nil }
        return try view.withText(at: location) { (text) throws(StoreError) in
            guard let text else { return nil }
            let range = bytes.clamped(to: 0..<text.count)
            for end in [range.lowerBound, range.upperBound]
            where end < text.count && text[end] & 0xC0 == 0x80 {
                throw .invalidReading(reason: "byte \(end) of the text is inside a character")
            }
            return String(decoding: text[range], as: UTF8.self)
        }
    }
}

extension CollectionView {
    /// Documents of a segment, or of a commit of the tail behind them, dead ones included, and which are dead.
    func part(_ place: Int) -> (count: Int, dead: RowSet) {
        place < segments.count
            ? (segments[place].segment.documentCount, segments[place].dead)
            : (
                tail[place - segments.count].commit.documentCount,
                tail[place - segments.count].dead
            )
    }

    /// Tells this way of storing these documents from every other in the same store.
    var storageFingerprint: String {
        var writer = ByteWriter()
        for part in segments {
            writer.integer(part.segment.id)
            writer.integer(part.dead.words.withUnsafeBytes { checksum($0) })
            writer.integer(part.segment.record.patches?.generation ?? 0)
            for (ordinal, patch) in part.patches.sorted(by: { $0.key < $1.key }) {
                writer.integer(ordinal)
                writer.integer(patch.version)
            }
        }
        for part in tail { writer.integer(part.commit.commit) }
        return String(writer.bytes.withUnsafeBytes { checksum($0) }, radix: 16)
    }
}
