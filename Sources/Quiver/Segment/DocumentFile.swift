/// What a segment knows of each document beside key and rows: 32 bytes each, in the order of the keys.
///
/// | size | what |
/// | --- | --- |
/// | 8 | version: the commit that wrote it |
/// | 8 | hash of its text; 0: it has none |
/// | 8 | where its text begins in the text file |
/// | 8 | length of its text |
struct DocumentFile: Sendable {
    struct Entry: Sendable, Hashable {
        let version: UInt64
        let textHash: UInt64
        let textOffset: UInt64
        let textByteCount: UInt64
    }

    static let entryByteCount = 32

    let file: SegmentFile

    init(_ file: SegmentFile, documentCount: Int) throws(StoreError) {
        self.file = file
        guard file.payloadByteCount == documentCount * Self.entryByteCount else {
            throw .damaged(
                file: file.path,
                reason: "holds \(file.payloadByteCount) bytes for \(documentCount) documents"
            )
        }
    }

    func entry(at ordinal: Int) throws(StoreError) -> Entry {
        let start = ordinal * Self.entryByteCount
        let bytes = try file.bytes(start..<(start + Self.entryByteCount))
        func integer(_ index: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        return Entry(
            version: integer(0),
            textHash: integer(1),
            textOffset: integer(2),
            textByteCount: integer(3)
        )
    }

    /// A document's text in UTF-8 out of the segment's file of texts, or `nil` if it has none; valid while that file lives.
    func text(
        of entry: Entry,
        in texts: SegmentFile
    ) throws(StoreError) -> UnsafeRawBufferPointer? {
        guard entry.textHash != 0 else { return nil }
        guard entry.textByteCount <= UInt64(Document.maximumTextByteCount),
            entry.textOffset <= UInt64(texts.payloadByteCount),
            entry.textByteCount <= UInt64(texts.payloadByteCount) - entry.textOffset
        else {
            throw .damaged(
                file: file.path,
                reason: "names a text of \(entry.textByteCount) bytes at \(entry.textOffset)"
            )
        }
        let start = Int(entry.textOffset)
        return try texts.bytes(start..<(start + Int(entry.textByteCount)))
    }
}
