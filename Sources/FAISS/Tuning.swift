/// A way to search, and how it did on queries whose true answers are known.
public struct OperatingPoint: Sendable {
    /// How the index was searched.
    public let parameters: SearchParameters
    /// The share of the true `k` nearest rows that were found (recall@k), 0…1.
    public let recall: Double
    /// How long one query took on average, when all were asked in one call.
    public let durationPerQuery: Duration
}

/// The values of search parameters that `Index.operatingPoints` tries, in every combination.
///
/// Nil means values that suit the kind of index, and the index's own setting where it does not know the parameter. Values
/// that are given for a parameter which the index does not know are an error.
public struct ParameterValues: Sendable, Equatable {
    /// For `nprobe`. Nil is the powers of two up to 1,024 that are less than the number of lists, and that number.
    public var nprobe: [Int]?
    /// For `maxCodes`. Nil is no limit.
    public var maxCodes: [Int]?
    /// For `efSearch`. Nil is the powers of two from 8 to 1,024.
    public var efSearch: [Int]?
    /// For `quantizerEfSearch`. Nil is the powers of two from 16 to 256 that are less than the number of lists, and before
    /// them the index's own setting, with which searches are faster.
    public var quantizerEfSearch: [Int]?
    /// For `kFactor`. Nil is the powers of two from 1 to 64.
    public var kFactor: [Float]?

    /// The values to try; what is nil is chosen by the kind of index.
    ///
    /// - Parameters:
    ///   - nprobe: Numbers of lists.
    ///   - maxCodes: Numbers of rows after which no further list is begun.
    ///   - efSearch: Numbers of candidates in a graph.
    ///   - quantizerEfSearch: Numbers of candidates in the graph over the lists.
    ///   - kFactor: Candidates a hit that are compared again.
    public init(
        nprobe: [Int]? = nil,
        maxCodes: [Int]? = nil,
        efSearch: [Int]? = nil,
        quantizerEfSearch: [Int]? = nil,
        kFactor: [Float]? = nil
    ) {
        self.nprobe = nprobe
        self.maxCodes = maxCodes
        self.efSearch = efSearch
        self.quantizerEfSearch = quantizerEfSearch
        self.kFactor = kFactor
    }
}

extension Index {
    /// Searches with every combination of the values of its parameters, against known answers, and returns those than
    /// which none is both faster and better: from the fastest to the best.
    ///
    /// A combination that a worse and slower one has shown to be of no use is still measured, since times vary. Blocks.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension]`, at least one.
    ///   - truth: The labels of the true nearest rows, `[n × k]`.
    ///   - k: Hits a query, at least 1.
    ///   - values: The values to try. An empty list leaves nothing to try.
    ///   - threadCount: How many threads may share each search, as in `search`.
    ///   - progress: Told how many combinations are done; false stops with `.cancelled`.
    /// - Throws: As `search`; `.wrongLabelCount` if `truth` is not `[n × k]`; `.outOfRange` without a query.
    public borrowing func operatingPoints(
        for queries: Span<Float>,
        truth: Span<Int64>,
        k: Int,
        trying values: ParameterValues = ParameterValues(),
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> [OperatingPoint] {
        let queryCount = try checkedRowCount(queries)
        try check("the number of queries", queryCount, in: 1...Int.max)
        try check("k", k, in: 1...Int.max)
        let (truthCount, overflow) = queryCount.multipliedReportingOverflow(by: k)
        guard !overflow, truth.count == truthCount else {
            throw .wrongLabelCount(expected: overflow ? Int.max : truthCount, found: truth.count)
        }
        try checkThreadCount(threadCount)
        let combinations = combinations(of: values)
        var points: [OperatingPoint] = []
        let clock = ContinuousClock()
        for (done, parameters) in combinations.enumerated() {
            guard progress(done, combinations.count) else { throw .cancelled }
            let start = clock.now
            let result = try search(
                queries,
                k: k,
                parameters: parameters,
                threadCount: threadCount
            )
            let duration = clock.now - start
            var found = 0
            for query in 0..<queryCount {
                var wanted = Set<Int64>()
                for i in query * k..<(query + 1) * k { wanted.insert(truth[i]) }
                found += result.labels(of: query).count { wanted.contains($0) }
            }
            points.append(
                OperatingPoint(
                    parameters: parameters,
                    recall: Double(found) / Double(truthCount),
                    durationPerQuery: duration / queryCount
                )
            )
        }
        _ = progress(combinations.count, combinations.count)
        points.sort { ($0.durationPerQuery, $1.recall) < ($1.durationPerQuery, $0.recall) }
        var best = -1.0
        return points.filter { point in
            defer { best = max(best, point.recall) }
            return point.recall > best
        }
    }

    /// Every combination of the values, from careless to thorough.
    private borrowing func combinations(of values: ParameterValues) -> [SearchParameters] {
        let parts = factory.map { ParameterParts(of: $0.structure) }
        var combinations = [SearchParameters()]
        func extend<Value>(
            _ given: [Value]?,
            _ known: [Value?],
            _ set: (inout SearchParameters, Value?) -> Void
        ) {
            let values: [Value?] = given ?? known
            combinations = combinations.flatMap { combination in
                values.map { value in
                    var extended = combination
                    set(&extended, value)
                    return extended
                }
            }
        }
        let listCount = parts?.listCount ?? 0
        extend(
            values.nprobe,
            listCount == 0
                ? [nil] : powersOfTwo(from: 1, to: min(listCount - 1, 1_024)) + [listCount]
        ) { $0.nprobe = $1 }
        extend(values.maxCodes, [nil]) { $0.maxCodes = $1 }
        extend(
            values.quantizerEfSearch,
            parts?.hasQuantizerGraph == true
                ? [nil] + powersOfTwo(from: 16, to: min(listCount - 1, 256)) : [nil]
        ) { $0.quantizerEfSearch = $1 }
        extend(
            values.efSearch,
            parts?.hasGraph == true ? powersOfTwo(from: 8, to: 1_024) : [nil]
        ) { $0.efSearch = $1 }
        extend(
            values.kFactor,
            parts?.isRefined == true ? powersOfTwo(from: 1, to: 64).map(Float.init) : [nil]
        ) { $0.kFactor = $1 }
        return combinations
    }
}

private func powersOfTwo(from first: Int, to last: Int) -> [Int] {
    guard first <= last else { return [] }
    return Array(sequence(first: first) { $0 * 2 <= last ? $0 * 2 : nil })
}
