import Glibc

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
        // Few queries leave more doubt than the greatest effort leaves misses.
        return points.last.flatMap { $0.recall >= recall ? $0.effort : nil }
    }
}
