internal import CKernels

/// Scores of groups of rows for groups of queries (Khattab and Zaharia, "ColBERT: Efficient and Effective Passage Search via
/// Contextualized Late Interaction over BERT", 2020, §3.3).
public enum LateInteraction {
    /// Queries whose distances are held at a time.
    private static let batchCount = 8
    /// Rows whose distances are held at a time.
    private static let blockCount = 256

    /// For each query the distance of the nearest row of `range`, where that is less than what is there already.
    ///
    /// Exact: `queries.count × range.count` distances, on the caller's thread.
    ///
    /// - Parameters:
    ///   - range: rows that lie together.
    ///   - least: one distance a query, infinite to begin with.
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`.
    public static func least(
        _ rows: Rows,
        range: Range<Int>,
        of queries: LateQueries,
        into least: inout [Float]
    ) throws(IndexError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows.count, "rows out of range")
        precondition(least.count == queries.batch.count, "a distance for each query")
        if let first = queries.first { try rows.check(first) }
        var first = range.lowerBound
        while first < range.upperBound {
            let end = min(first + blockCount, range.upperBound)
            take(rows, first..<end, queries.batch, &least)
            first = end
        }
    }

    private static func take(
        _ rows: Rows,
        _ range: Range<Int>,
        _ queries: QueryBatch,
        _ least: inout [Float]
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: batchCount * range.count) { out in
            queries.vectors.withUnsafeBufferPointer { vectors in
                queries.norms.withUnsafeBufferPointer { norms in
                    guard let vectors = vectors.baseAddress, let norms = norms.baseAddress else {
                        return
                    }
                    withUnsafePointer(to: rows.view) { view in
                        for query in stride(from: 0, to: queries.count, by: batchCount) {
                            let count = min(batchCount, queries.count - query)
                            qk_distances_batch(
                                view,
                                vectors + query * queries.dimension,
                                norms + query,
                                count,
                                UInt64(range.lowerBound),
                                range.count,
                                out.baseAddress
                            )
                            for member in 0..<count {
                                var found = least[query + member]
                                for place in 0..<range.count {
                                    found = min(found, out[member * range.count + place])
                                }
                                least[query + member] = found
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Queries that are asked together, prepared once.
public struct LateQueries: Sendable {
    let batch: QueryBatch
    let first: Query?

    /// Queries of one dimension and metric.
    public init(_ queries: [Query]) {
        batch = QueryBatch(queries)
        first = queries.first
    }
}
