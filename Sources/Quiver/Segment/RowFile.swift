/// The number of the first row of each document in one vector field. There is no such file where every document has one row, or
/// none has any.
///
/// | size | what |
/// | --- | --- |
/// | 8 | documents, N |
/// | 4 × (N + 1) | first row of each document; the last one is the number of rows |
struct RowFile: Sendable {
    let file: SegmentFile
    let documentCount: Int
    let rowCount: Int

    init(_ file: SegmentFile, documentCount: Int) throws(StoreError) {
        self.file = file
        self.documentCount = documentCount
        guard file.payloadByteCount == 8 + 4 * (documentCount + 1),
            try file.integer(UInt64.self, at: 0) == UInt64(documentCount)
        else {
            throw .damaged(
                file: file.path,
                reason: "does not number the rows of \(documentCount) documents"
            )
        }
        rowCount = Int(try file.integer(UInt32.self, at: 8 + 4 * documentCount))
    }

    func rows(of ordinal: Int) throws(StoreError) -> Range<Int> {
        let bounds = try file.bounds(UInt32.self, at: 8 + 4 * ordinal)
        let (first, end) = (Int(bounds.start), Int(bounds.end))
        guard first <= end, end <= rowCount else {
            throw .damaged(
                file: file.path,
                reason: "has document \(ordinal) in rows \(first) to \(end) of \(rowCount)"
            )
        }
        return first..<end
    }
}
