internal import CKernels

/// Search by scanning every row. There is nothing to build or to store.
public enum ExactIndex {
    /// A block stays in a core's second-level cache while a batch of queries goes over it.
    static let blockByteCount = 256 << 10

    /// Offers every row that is not dead to each query's collector.
    ///
    /// Rows are read in blocks, once for all queries. Takes about `queries.count × rows.count × dimension`
    /// multiplications on the caller's thread; a caller with more threads splits queries or `range`.
    ///
    /// - Parameters:
    ///   - range: the rows to scan, all if `nil`.
    ///   - dead: rows that are left out, none if `nil`.
    ///   - cancelled: asked before each block (about 50 µs a query); `true` stops the search.
    ///   - nearest: a collector for each query, in the same order.
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`; `.cancelled`, with the collectors holding
    ///   what was found so far.
    public static func search(
        _ rows: Rows,
        range: Range<Int>? = nil,
        queries: [Query],
        excluding dead: RowSet? = nil,
        cancelled: () -> Bool = { false },
        into nearest: inout [Nearest]
    ) throws(IndexError) {
        precondition(nearest.count == queries.count, "a collector for each query")
        for query in queries { try rows.check(query) }
        let range = range ?? 0..<rows.count
        precondition(range.lowerBound >= 0 && range.upperBound <= rows.count, "rows out of range")

        let batch = QueryBatch(queries)
        let blockCount = max(
            64,
            blockByteCount / rows.storage.bytesPerRow(dimension: rows.dimension)
        )
        var block = ExactBlock(capacity: min(blockCount, range.count))
        var first = range.lowerBound
        while first < range.upperBound {
            if cancelled() { throw .cancelled }
            if let dead, dead.count > 3 * rows.count / 4 {
                first = block.selectLive(first..<range.upperBound, excluding: dead)
            } else {
                let end = min(first + blockCount, range.upperBound)
                block.select(first..<end, excluding: dead)
                first = end
            }
            block.offer(rows, to: batch, into: &nearest)
        }
    }

    /// Offers some rows to each query's collector, and looks at no others.
    ///
    /// - Parameters:
    ///   - listed: the rows, ascending.
    ///   - queries: what they are compared with.
    ///   - cancelled: asked before each block; `true` stops the search.
    ///   - nearest: a collector for each query, in the same order.
    /// - Throws: as the search of all rows.
    public static func search(
        _ rows: Rows,
        listed: [UInt32],
        queries: [Query],
        cancelled: () -> Bool = { false },
        into nearest: inout [Nearest]
    ) throws(IndexError) {
        precondition(nearest.count == queries.count, "a collector for each query")
        precondition(listed.last.map { $0 < rows.count } ?? true, "rows out of range")
        for query in queries { try rows.check(query) }
        let batch = QueryBatch(queries)
        var block = ExactBlock(capacity: min(listed.count, listedBlockCount))
        for start in stride(from: 0, to: listed.count, by: listedBlockCount) {
            if cancelled() { throw .cancelled }
            block.select(listed[start..<min(listed.count, start + listedBlockCount)])
            block.offer(rows, to: batch, into: &nearest)
        }
    }

    private static let listedBlockCount = 1_024

    /// The same as both for one query: of the rows that are listed, or of all that are not dead.
    public static func search(
        _ rows: Rows,
        query: Query,
        excluding dead: RowSet? = nil,
        listed: [UInt32]? = nil,
        cancelled: () -> Bool = { false },
        into nearest: inout Nearest
    ) throws(IndexError) {
        var one = [nearest]
        defer { nearest = one[0] }
        if let listed {
            try search(rows, listed: listed, queries: [query], cancelled: cancelled, into: &one)
        } else {
            try search(rows, queries: [query], excluding: dead, cancelled: cancelled, into: &one)
        }
    }

    /// An exact search keeps nothing.
    public static let cost = IndexCost(byteCount: 0, searchByteCount: 0)
}
