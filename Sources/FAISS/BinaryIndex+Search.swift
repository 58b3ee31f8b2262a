internal import CFAISS

extension BinaryIndex {
    /// Finds the `k` rows nearest to each query, of equal ones those of smaller labels.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension / 8]`; none is allowed.
    ///   - k: Hits a query, at least 1; if that is more than the index has rows, there are fewer hits.
    ///   - parameters: `nprobe` is for `BIVF…`, `efSearch` for `BHNSW…`, a selector for all; with one, all selected rows
    ///     (of the lists visited) are compared.
    ///   - threadCount: How many threads may share the queries, the calling one among them, 1…1,024; the hits are the
    ///     same.
    /// - Throws: `.notWholeRows`, `.outOfRange`, `.unknownParameter`, `.notTrained`, `.outOfMemory`.
    public borrowing func search(
        _ queries: Span<UInt8>,
        k: Int,
        parameters: SearchParameters = SearchParameters(),
        threadCount: Int = 1
    ) throws(FAISSError) -> SearchResult {
        let queryCount = try checkedRowCount(queries)
        try FAISS.check("k", k, in: 1...Int.max)
        try checkThreadCount(threadCount)
        guard isTrained else { throw .notTrained }
        var settings = try checked(parameters)
        settings.thread_count = Int32(threadCount)
        defer { withExtendedLifetime(parameters) {} }
        let width = min(k, count)
        let hitCount = try elementCount(queryCount, width)
        try checkRoom(
            for: hitCount,
            elementByteCount: 2 * MemoryLayout<Float>.size + MemoryLayout<Int64>.size
        )
        var distances = [Int32](repeating: 0, count: hitCount)
        let labels: [Int64] = try filledArray(hitCount) { labels in
            guard hitCount > 0 else { return CFAISS_OK }
            return queries.withUnsafeBufferPointer {
                cfaiss_binary_search(
                    handle,
                    Int64(queryCount),
                    $0.baseAddress,
                    Int64(width),
                    settings,
                    &distances,
                    labels
                )
            }
        }
        return SearchResult(
            paddedLabels: labels,
            paddedDistances: distances.map(Float.init),
            queryCount: queryCount,
            width: width
        )
    }

    /// Finds all rows of which fewer than `radius` bits differ from a query: those of the lists visited, or all.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension / 8]`; none is allowed.
    ///   - radius: Bits, 0…65,537.
    ///   - parameters: As in `search`.
    /// - Throws: As `search`.
    public borrowing func rangeSearch(
        _ queries: Span<UInt8>,
        radius: Int,
        parameters: SearchParameters = SearchParameters()
    ) throws(FAISSError) -> RangeSearchResult {
        let queryCount = try checkedRowCount(queries)
        try FAISS.check("radius", radius, in: 0...Limits.dimension.upperBound + 1)
        guard isTrained else { throw .notTrained }
        let settings = try checked(parameters)
        defer { withExtendedLifetime(parameters) {} }
        var hits: OpaquePointer?
        try FAISS.check(
            queries.withUnsafeBufferPointer {
                cfaiss_binary_range_search(
                    handle,
                    Int64(queryCount),
                    $0.baseAddress,
                    Int32(radius),
                    settings,
                    &hits
                )
            }
        )
        return try RangeSearchResult(taking: hits, queryCount: queryCount)
    }

    /// The rows with these labels: `[labels.count × dimension / 8]`.
    ///
    /// - Parameter labels: Any number of them, in any order, repeated or not.
    /// - Throws: `.unknownLabel`, `.outOfMemory`.
    public borrowing func reconstruct(_ labels: Span<Int64>) throws(FAISSError) -> [UInt8] {
        try checkUsable()
        var unknown: Int64 = 0
        var isUnknown = false
        do throws(FAISSError) {
            return try filledArray(elementCount(labels.count, dimension / 8)) { rows in
                labels.withUnsafeBufferPointer {
                    let status = cfaiss_binary_reconstruct(
                        handle,
                        Int64($0.count),
                        $0.baseAddress,
                        rows,
                        &unknown
                    )
                    isUnknown = status == CFAISS_UNKNOWN_LABEL
                    return status
                }
            }
        } catch {
            throw isUnknown ? .unknownLabel(unknown) : error
        }
    }

    private func checked(
        _ parameters: SearchParameters
    ) throws(FAISSError) -> cfaiss_search_parameters {
        var result = cfaiss_search_parameters()
        func refuse(_ name: String, unless known: Bool) throws(FAISSError) {
            guard known else { throw .unknownParameter(name, factory: kind) }
        }
        let isInverted = if case .inverted = factory { true } else { factory == nil }
        let isGraph = if case .graph = factory { true } else { factory == nil }
        if let nprobe = parameters.nprobe {
            try refuse("nprobe", unless: isInverted)
            try FAISS.check("nprobe", nprobe, in: 1...Int.max)
            result.nprobe = min(nprobe, Limits.listCount.upperBound)
        }
        if let efSearch = parameters.efSearch {
            try refuse("efSearch", unless: isGraph)
            try FAISS.check("efSearch", efSearch, in: 1...Int.max)
            result.ef_search = Int32(clamping: min(efSearch, max(count, 1)))
        }
        try refuse("max_codes", unless: parameters.maxCodes == nil)
        try refuse("quantizer_efSearch", unless: parameters.quantizerEfSearch == nil)
        try refuse("k_factor_rf", unless: parameters.kFactor == nil)
        result.selector = parameters.selector?.handle
        return result
    }
}
