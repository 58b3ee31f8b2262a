internal import CFAISS

extension Index {
    /// Finds all rows nearer to each query than a radius: of a squared distance less than it, or of a dot product more
    /// than it.
    ///
    /// IVF kinds look in the `nprobe` nearest lists. All others compare the query with every row, since a graph leads to
    /// the nearest rows and not to all within a radius; refinement is searched by its second, better codes. Distances are
    /// those of the codes. Behind transforms the radius holds for what comes out of them.
    ///
    /// Blocks. Allocates room for all hits.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension]`; none is allowed.
    ///   - radius: Not NaN.
    ///   - parameters: How thoroughly to look, for this call alone.
    ///   - threadCount: How many threads may share the queries, the calling one among them, 1…1,024; the hits are the
    ///     same to the bit.
    /// - Throws: As `search`; `.notANumber` for the radius.
    public func rangeSearch(
        _ queries: Span<Float>,
        radius: Float,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> RangeSearchResult {
        let queryCount = try checkedRowCount(queries)
        guard !radius.isNaN else { throw .notANumber(parameter: "radius") }
        try checkThreadCount(threadCount)
        guard isTrained else { throw .notTrained }
        var settings = try parameters.checked(for: factory, count: count)
        settings.thread_count = Int32(threadCount)
        defer { withExtendedLifetime(parameters) {} }
        var hits: OpaquePointer?
        try check(
            queries.withUnsafeBufferPointer { queries in
                cfaiss_index_range_search(
                    handle,
                    Int64(queryCount),
                    queries.baseAddress,
                    radius,
                    settings,
                    &hits
                )
            }
        )
        return try RangeSearchResult(taking: hits, queryCount: queryCount)
    }
}

extension RangeSearchResult {
    /// Copies the hits out of C and destroys them there.
    init(taking hits: OpaquePointer?, queryCount: Int) throws(FAISSError) {
        guard let hits else { throw .faiss(message: "no hits came back") }
        defer { cfaiss_range_hits_destroy(hits) }
        let hitCount = Int(cfaiss_range_hits_count(hits))
        try checkRoom(
            for: hitCount,
            elementByteCount: MemoryLayout<Float>.size + MemoryLayout<Int64>.size
        )
        try checkRoom(for: queryCount + 1, elementByteCount: 2 * MemoryLayout<Int64>.size)
        var bounds = [Int64](repeating: 0, count: queryCount + 1)
        var labels = [Int64](repeating: 0, count: hitCount)
        var distances = [Float](repeating: 0, count: hitCount)
        cfaiss_range_hits_copy(hits, &bounds, &labels, &distances)
        self.init(labels: labels, distances: distances, bounds: bounds.map(Int.init))
    }
}
