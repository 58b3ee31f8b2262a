/// The metadata of a segment's documents, in their order. A segment without any has no such file.
///
/// | size | what |
/// | --- | --- |
/// | 8 | documents, N |
/// | 8 × (N + 1) | where each document's metadata begins, counted from the first; the last one is where they end |
/// | … | `EncodedFields`, one after the other |
struct FieldFile: Sendable {
    let file: SegmentFile
    private let count: Int

    init(_ file: SegmentFile, documentCount: Int) throws(StoreError) {
        self.file = file
        count = documentCount
        guard file.payloadByteCount >= 8 * (documentCount + 2),
            try file.integer(UInt64.self, at: 0) == UInt64(documentCount)
        else {
            throw .damaged(
                file: file.path,
                reason: "does not hold the metadata of \(documentCount) documents"
            )
        }
    }

    /// A document's metadata; valid while the file lives.
    func fields(of ordinal: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let (start, end) = try file.bounds(UInt64.self, at: 8 * (ordinal + 1))
        let base = 8 * (count + 2)
        guard start <= end, end <= UInt64(file.payloadByteCount - base) else {
            throw .damaged(
                file: file.path,
                reason: "has the metadata of document \(ordinal) at bytes \(start) to \(end)"
            )
        }
        return try file.bytes((base + Int(start))..<(base + Int(end)))
    }
}
