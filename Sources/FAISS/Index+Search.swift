internal import CFAISS

extension Index {
    /// Finds the `k` rows nearest to each query.
    ///
    /// An empty index has no hits. A query's hits in a flat or `IVF…,Flat` index are the same, to the bit, however many
    /// queries are asked at once; in every index they are the same however many threads share the call.
    ///
    /// Blocks. Allocates room for n · k hits.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension]`; none is allowed.
    ///   - k: Hits a query, at least 1; if that is more than the index has rows, there are fewer hits.
    ///   - parameters: How thoroughly to look, for this call alone.
    ///   - threadCount: How many threads may share the call, the calling one among them: a flat index's rows, another's
    ///     queries; 1…1,024. At 1 no thread is started.
    /// - Throws: `.notWholeRows`, `.notFinite` and `.tooLarge` (`row` is the query's number), `.outOfRange`,
    ///   `.notANumber`, `.unknownParameter`, `.notTrained`, `.outOfMemory`.
    public func search(
        _ queries: Span<Float>,
        k: Int,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> SearchResult {
        let queryCount = try checkedRowCount(queries)
        try check("k", k, in: 1...Int.max)
        try checkThreadCount(threadCount)
        guard isTrained else { throw .notTrained }
        var settings = try parameters.checked(for: factory, count: count)
        settings.thread_count = Int32(threadCount)
        defer { withExtendedLifetime(parameters) {} }
        let width = min(k, count)
        let hitCount = try elementCount(queryCount, width)
        try checkRoom(
            for: hitCount,
            elementByteCount: MemoryLayout<Float>.size + MemoryLayout<Int64>.size
        )

        var failure: FAISSError?
        var labels: [Int64] = []
        let distances = [Float](unsafeUninitializedCapacity: hitCount) { distances, distanceCount in
            labels = [Int64](unsafeUninitializedCapacity: hitCount) { labels, labelCount in
                guard hitCount > 0 else { return }
                failure = queries.withUnsafeBufferPointer { queries in
                    do throws(FAISSError) {
                        try FAISS.check(
                            cfaiss_index_search(
                                handle,
                                Int64(queryCount),
                                queries.baseAddress,
                                Int64(width),
                                settings,
                                distances.baseAddress,
                                labels.baseAddress
                            )
                        )
                        return nil
                    } catch {
                        return error
                    }
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
