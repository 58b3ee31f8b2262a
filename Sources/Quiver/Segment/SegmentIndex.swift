import Indexes

/// A built index of a segment, mapped. Valid while its file lives.
enum SegmentIndex: Sendable {
    case graph(GraphIndex)
    case faiss(FAISSIndex)

    /// Reads the index in `file` and makes sure that it is one of these rows.
    init(_ file: SegmentFile, rows: Rows) throws(StoreError) {
        // Checks every block, which is why the index need not check its own sums again.
        let bytes = try file.allBytes()
        do {
            switch file.kind {
            case .faiss: self = .faiss(try FAISSIndex(mapping: bytes, rows: rows))
            default: self = .graph(try GraphIndex(validating: bytes, rowCount: rows.count))
            }
        } catch {
            throw .damaged(file: file.path, reason: "is not an index of this segment: \(error)")
        }
    }
}
