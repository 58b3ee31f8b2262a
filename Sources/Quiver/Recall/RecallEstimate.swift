/// A measured recall with its 95 % confidence interval.
public struct RecallEstimate: Sendable, Hashable {
    /// The sample that it was measured with.
    public let basis: RecallBasis
    /// The nearest rows that count.
    public let k: Int
    /// What the settings were multiplied with.
    public let effort: Double
    /// The mean share of the true `k` nearest that were found.
    public let recall: Double
    /// Where the recall over all queries of the kind lies, with a probability of 95 %: from the spread of the queries' recall.
    public let interval: ClosedRange<Double>
    /// The mean number of distances that a query took.
    public let distanceCount: Double
    /// The queries of the sample.
    public let queryCount: Int

    init(
        basis: RecallBasis,
        k: Int,
        effort: Double,
        recall: Double,
        deviation: Double,
        distanceCount: Double,
        queryCount: Int
    ) {
        self.basis = basis
        self.k = k
        self.effort = effort
        self.recall = recall
        self.distanceCount = distanceCount
        self.queryCount = queryCount
        let error = standardError(deviation, queryCount, missCount: 4)
        interval = max(0, recall - 1.96 * error)...min(1, recall + 1.96 * error)
    }
}

/// The standard error of the mean of so many queries.
///
/// - Parameter missCount: queries that are taken to have found nothing more than was seen: a sample without a single miss does not
///   say that there is none.
func standardError(_ deviation: Double, _ queryCount: Int, missCount: Double) -> Double {
    let count = Double(queryCount)
    return ((deviation * deviation + missCount / count) / count).squareRoot()
}
