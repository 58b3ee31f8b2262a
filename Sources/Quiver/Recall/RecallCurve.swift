import Glibc

/// Queries of one kind, with which recall has been measured.
public enum RecallBasis: String, Sendable, Hashable, CaseIterable {
    /// Rows of the collection, each looked for as if it were not there.
    case rows
    /// Queries that users asked.
    case queries
    /// The half of them whose nearest rows are nearer than those of the others.
    case nearQueries
    /// The other half.
    case farQueries
    /// What lies between two rows that have nothing to do with each other. As a rule harder than anything that users ask: it stands
    /// in for them until they have.
    case mixtures
}

/// How the share of the true `k` nearest rows that a search finds grows with its effort, on one sample of queries.
///
/// Effort 1 is what an index does where nobody says otherwise: of graphs efSearch 96, of FAISS indexes their own settings. Another effort
/// multiplies these.
public struct RecallCurve: Sendable, Hashable {
    /// What was measured at one effort.
    public struct Point: Sendable, Hashable {
        /// What the settings were multiplied with.
        public let effort: Double
        /// The mean share of the true `k` nearest that were found, 0…1. Rows as near as the last of these count, too.
        public let recall: Double
        /// The standard deviation of a query's recall.
        public let deviation: Double
        /// The mean number of distances that a query took (`SearchExplanation.Part.distanceCount`).
        public let distanceCount: Double

        /// One measurement.
        public init(effort: Double, recall: Double, deviation: Double, distanceCount: Double) {
            self.effort = effort
            self.recall = recall
            self.deviation = deviation
            self.distanceCount = distanceCount
        }
    }

    /// The sample.
    public let basis: RecallBasis
    /// The nearest rows that count.
    public let k: Int
    /// The queries of the sample.
    public let queryCount: Int
    /// By rising effort; not empty.
    public let points: [Point]

    /// A curve through `points`, of which there is at least one.
    public init(basis: RecallBasis, k: Int, queryCount: Int, points: [Point]) {
        precondition(!points.isEmpty && queryCount > 0, "a curve is measured somewhere")
        self.basis = basis
        self.k = k
        self.queryCount = queryCount
        self.points = points
    }

    /// The recall at an effort with its 95 % confidence interval; between two points by a straight line over the logarithm of the effort.
    public func estimate(atEffort effort: Double) -> RecallEstimate {
        let next = points.firstIndex { $0.effort >= effort } ?? points.count - 1
        let upper = points[next]
        guard next > 0, upper.effort > effort else { return estimate(upper, upper, share: 0) }
        let lower = points[next - 1]
        let share = log(effort / lower.effort) / log(upper.effort / lower.effort)
        return estimate(lower, upper, share: share)
    }

    private func estimate(_ lower: Point, _ upper: Point, share: Double) -> RecallEstimate {
        func between(_ one: Double, _ other: Double) -> Double { one + share * (other - one) }
        return RecallEstimate(
            basis: basis,
            k: k,
            effort: lower.effort * pow(upper.effort / lower.effort, share),
            recall: between(lower.recall, upper.recall),
            deviation: between(lower.deviation, upper.deviation),
            distanceCount: between(lower.distanceCount, upper.distanceCount),
            queryCount: queryCount
        )
    }

    /// The least effort at which the measured recall is that high, or that high and one standard error higher; `nil` if none was.
    func effort(for recall: Double, cautiously: Bool) -> Double? {
        func value(_ point: Point) -> Double {
            guard cautiously else { return point.recall }
            return point.recall - standardError(point.deviation, queryCount, missCount: 1)
        }
        // What a little more effort did not find is chance.
        var best = -Double.infinity
        var last: (effort: Double, value: Double)?
        for point in points {
            best = max(best, value(point))
            if best >= recall {
                guard let last, last.value < recall else { return point.effort }
                let share = (recall - last.value) / (best - last.value)
                return last.effort * pow(point.effort / last.effort, share)
            }
            last = (point.effort, best)
        }
        return nil
    }
}

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

/// Of the mean of so many queries.
///
/// - Parameter missCount: queries that are taken to have found nothing more than was seen: a sample without a single miss does not
///   say that there is none.
private func standardError(_ deviation: Double, _ queryCount: Int, missCount: Double) -> Double {
    let count = Double(queryCount)
    return ((deviation * deviation + missCount / count) / count).squareRoot()
}
