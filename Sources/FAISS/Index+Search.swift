internal import CFAISS
internal import Synchronization
internal import Threads

extension Index {
    /// Finds the `k` rows nearest to each query.
    ///
    /// An empty index has no hits. A flat L2 index answers 20 and more queries at once through OpenBLAS, as
    /// |x|² + |y|² − 2xy: such distances differ by rounding from those of fewer queries, most where rows are nearly equal.
    ///
    /// Blocks. Allocates room for n · k hits.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension]`; none is allowed.
    ///   - k: Hits a query, at least 1; if that is more than the index has rows, there are fewer hits.
    ///   - parameters: How thoroughly to look, for this call alone.
    ///   - threadCount: How many threads may share the queries, the calling one among them. At 1 no thread is
    ///     started; no more are used than there are queries.
    /// - Throws: `.notWholeRows`, `.notFinite` and `.tooLarge` (`row` is the query's number), `.outOfRange`,
    ///   `.unknownParameter`, `.notTrained`.
    public func search(
        _ queries: Span<Float>,
        k: Int,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> SearchResult {
        let queryCount = try checkedRowCount(queries)
        try check("k", k, in: 1...Int.max)
        try check("threadCount", threadCount, in: 1...Int.max)
        guard isTrained else { throw .notTrained }
        let settings = try parameters.checked(for: factory, count: count)
        defer { withExtendedLifetime(parameters) {} }
        let width = min(k, count)
        let (hitCount, overflow) = queryCount.multipliedReportingOverflow(by: width)
        guard !overflow else { throw .outOfMemory }

        var failure: FAISSError?
        var labels: [Int64] = []
        let distances = [Float](unsafeUninitializedCapacity: hitCount) { distances, distanceCount in
            labels = [Int64](unsafeUninitializedCapacity: hitCount) { labels, labelCount in
                guard hitCount > 0 else { return }
                failure = queries.withUnsafeBufferPointer { queries in
                    let batch = Batch(
                        handle: handle,
                        dimension: dimension,
                        width: width,
                        queryCount: queryCount,
                        parameters: settings,
                        queries: queries,
                        distances: distances,
                        labels: labels
                    )
                    return batch.run(threadCount: min(threadCount, queryCount))
                }
                labelCount = failure == nil ? hitCount : 0
            }
            distanceCount = failure == nil ? hitCount : 0
        }
        if let failure { throw failure }
        return SearchResult(
            paddedLabels: labels,
            paddedDistances: distances,
            queryCount: queryCount,
            width: width
        )
    }
}

/// The queries of one call and where their answers go.
///
/// Unchecked: its pointers outlive the call that made it, shares write disjoint parts, and what they read nobody writes.
private struct Batch: @unchecked Sendable {
    let handle: OpaquePointer
    let dimension: Int
    let width: Int
    let queryCount: Int
    let parameters: cfaiss_search_parameters
    let queries: UnsafeBufferPointer<Float>
    let distances: UnsafeMutableBufferPointer<Float>
    let labels: UnsafeMutableBufferPointer<Int64>

    /// Answers all queries, in `threadCount` shares of consecutive ones.
    func run(threadCount: Int) -> FAISSError? {
        let failure = Mutex<FAISSError?>(nil)
        concurrently(threadCount) { share in
            let (size, larger) = queryCount.quotientAndRemainder(dividingBy: threadCount)
            let start = share * size + min(share, larger)
            do throws(FAISSError) {
                try run(start..<start + size + (share < larger ? 1 : 0))
            } catch {
                failure.withLock { $0 = error }
            }
        }
        return failure.withLock { $0 }
    }

    private func run(_ share: Range<Int>) throws(FAISSError) {
        let queries = UnsafeBufferPointer(
            rebasing: queries[share.lowerBound * dimension..<share.upperBound * dimension]
        )
        let hits = share.lowerBound * width..<share.upperBound * width
        try check(
            cfaiss_index_search(
                handle,
                Int64(share.count),
                queries.baseAddress,
                Int64(width),
                parameters,
                UnsafeMutableBufferPointer(rebasing: distances[hits]).baseAddress,
                UnsafeMutableBufferPointer(rebasing: labels[hits]).baseAddress
            )
        )
    }
}
