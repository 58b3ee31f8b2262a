/// A way to search, and how it did on queries whose true answers are known.
public struct OperatingPoint: Sendable {
    /// How the index was searched.
    public let parameters: SearchParameters
    /// The share of the true `k` nearest rows that were found (recall@k), 0…1.
    public let recall: Double
    /// How long one query took on average, on one thread.
    public let durationPerQuery: Duration
}

extension Index {
    /// Searches with every combination of parameters that the kind knows, against known answers, and returns those than
    /// which none is both faster and better: from the fastest to the best.
    ///
    /// nprobe, efSearch and the refinement's factor run through powers of two. Runs on the calling thread; a
    /// combination that a worse and slower one has shown to be of no use is still measured, since times vary.
    ///
    /// - Parameters:
    ///   - queries: `[n × dimension]`, at least one.
    ///   - truth: The labels of the true nearest rows, `[n × k]`.
    ///   - k: Hits a query, at least 1.
    ///   - progress: Told how many combinations are done; false stops with `.cancelled`.
    /// - Throws: As `search`; `.wrongLabelCount` if `truth` is not `[n × k]`; `.outOfRange` without a query.
    public borrowing func operatingPoints(
        for queries: Span<Float>,
        truth: Span<Int64>,
        k: Int,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> [OperatingPoint] {
        let queryCount = try checkedRowCount(queries)
        try check("the number of queries", queryCount, in: 1...Int.max)
        try check("k", k, in: 1...Int.max)
        let (truthCount, overflow) = queryCount.multipliedReportingOverflow(by: k)
        guard !overflow, truth.count == truthCount else {
            throw .wrongLabelCount(expected: overflow ? Int.max : truthCount, found: truth.count)
        }
        let combinations = parameterSpace()
        var points: [OperatingPoint] = []
        let clock = ContinuousClock()
        for (done, parameters) in combinations.enumerated() {
            guard progress(done, combinations.count) else { throw .cancelled }
            let start = clock.now
            let result = try search(queries, k: k, parameters: parameters)
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

    /// Every combination of parameters worth trying, from careless to thorough.
    borrowing func parameterSpace() -> [SearchParameters] {
        guard let factory else { return [SearchParameters()] }
        let parts = ParameterParts(of: factory.structure)
        var combinations = [SearchParameters()]
        func extend(_ values: [Int], _ set: (inout SearchParameters, Int) -> Void) {
            combinations = combinations.flatMap { combination in
                values.map { value in
                    var extended = combination
                    set(&extended, value)
                    return extended
                }
            }
        }
        if let listCount = parts.listCount {
            extend(powersOfTwo(from: 1, to: min(listCount, 1_024))) { $0.nprobe = $1 }
        }
        if parts.hasGraph { extend(powersOfTwo(from: 8, to: 1_024)) { $0.efSearch = $1 } }
        if parts.isRefined { extend(powersOfTwo(from: 1, to: 64)) { $0.kFactor = Float($1) } }
        return combinations
    }
}

private func powersOfTwo(from first: Int, to last: Int) -> [Int] {
    Array(sequence(first: first) { $0 * 2 <= last ? $0 * 2 : nil })
}
