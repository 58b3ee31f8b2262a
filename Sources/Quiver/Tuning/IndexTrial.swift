import Glibc

/// One index specification on the rows of a collection: what it takes, and what its searches find in which time.
public struct IndexTrial: Sendable, Hashable {
    /// How long the searches of a sample took at one effort, one after the other, without the reading of what hits carry.
    public struct QueryTimes: Sendable, Hashable {
        /// The mean.
        public let mean: Duration
        /// So long or shorter took 99 of 100.
        public let percentile99: Duration

        /// A mean and a 99th percentile.
        public init(mean: Duration, percentile99: Duration) {
            self.mean = mean
            self.percentile99 = percentile99
        }

        init(_ durations: [Duration]) {
            let sorted = durations.sorted()
            mean = sorted.reduce(.zero, +) / max(1, sorted.count)
            percentile99 = sorted.isEmpty ? .zero : sorted[(sorted.count * 99 - 1) / 100]
        }
    }

    /// The index that was tried.
    public let specification: IndexSpecification
    /// Segments that would have such an index; the others are compared row by row.
    public let indexedSegmentCount: Int
    /// Why no such index can be made of the rows of some segment. That one is then compared row by row.
    public let refusal: String?
    /// How long it took to build.
    public let buildTime: Duration
    /// Bytes of the indexes, which lie beside the rows.
    public let indexByteCount: Int
    /// How recall grows with effort; one point where every row is compared.
    public let curve: RecallCurve
    /// Of each point of the curve.
    public let times: [QueryTimes]

    /// What one search takes on average, if it is to find that share of the nearest; `nil` if no effort that was tried finds it.
    ///
    /// Between two efforts that were tried by a straight line over their logarithms.
    public func queryTime(forRecall recall: Double) -> Duration? {
        guard let effort = curve.effort(for: recall, cautiously: false) else { return nil }
        let points = curve.points
        let next = points.firstIndex { $0.effort >= effort } ?? points.count - 1
        guard next > 0, points[next].effort > effort else { return times[next].mean }
        let (one, other) = (points[next - 1].effort, points[next].effort)
        let share = log(effort / one) / log(other / one)
        return times[next - 1].mean + (times[next].mean - times[next - 1].mean) * share
    }
}
