import Glibc

/// How well the indexes of a vector field find the nearest rows, measured on its own data.
///
/// All parts of the collection are searched with one effort, and what they give together is compared with an exact search. So it holds
/// of the collection as a whole, however its rows are spread over segments.
public struct RecallCalibration: Sendable, Hashable {
    /// A segment with its index and its dead documents, as they were measured.
    struct Segment: Sendable, Hashable {
        let id: UInt64
        let indexGeneration: UInt64
        let rowCount: Int
        let deadCount: Int
    }

    /// The commit whose documents were searched.
    public let commit: UInt64
    /// When, in nanoseconds since 1970.
    public let time: UInt64
    /// By basis, then `k`.
    public let curves: [RecallCurve]
    /// Those that had an index.
    let segments: [Segment]
    /// Of each basis: 33 quantiles, the least and the greatest included, of the distance of a query's nearest row, by which
    /// queries of another kind are known.
    let nearestDistances: [RecallBasis: [Float]]

    /// The `k` that are measured.
    static let counts = [1, 10, 100]

    /// The curve of a sample for the least `k` that is not below this one, else the greatest.
    public func curve(_ basis: RecallBasis, k: Int) -> RecallCurve? {
        let own = curves.filter { $0.basis == basis }
        return own.first { $0.k >= k } ?? own.last
    }

    /// The least effort with which the queries of a sample find that share of their `k` nearest; `nil` if none was enough.
    ///
    /// Between the `k` that were measured by a straight line over the logarithms; past the last in proportion.
    func effort(for recall: Double, k: Int, _ basis: RecallBasis) -> Double? {
        let own = curves.filter { $0.basis == basis }
        guard let last = own.last else { return nil }
        // Mixtures are no sample of anything: there is no error of theirs to allow for.
        let cautiously = basis != .mixtures
        func effort(_ curve: RecallCurve) -> Double? {
            curve.effort(for: recall, cautiously: cautiously)
        }
        guard let next = own.firstIndex(where: { $0.k >= k }) else {
            return effort(last).map { $0 * Double(k) / Double(last.k) }
        }
        guard next > 0, own[next].k > k else { return effort(own[next]) }
        guard let one = effort(own[next - 1]), let other = effort(own[next]) else { return nil }
        let share =
            log(Double(k) / Double(own[next - 1].k))
            / log(Double(own[next].k) / Double(own[next - 1].k))
        return one * pow(other / one, share)
    }

    /// How thoroughly to look for `recall` of the `k` nearest, by one sample; by `mixtures` as thoroughly as the hardest of all
    /// samples wants.
    func choice(for recall: Double, k: Int, _ basis: RecallBasis) -> RecallChoice {
        let own = effort(for: recall, k: k, basis)
        guard basis == .mixtures else {
            return RecallChoice(recall: recall, basis: basis, effort: own)
        }
        // Mixtures may be harder than anything real: no search is exact for their sake.
        var hardest = own ?? curve(.mixtures, k: k)?.points.last?.effort ?? 1
        for sample in [RecallBasis.rows, .queries] where curve(sample, k: k) != nil {
            guard let effort = effort(for: recall, k: k, sample) else {
                return RecallChoice(recall: recall, basis: sample, effort: nil)
            }
            hardest = max(hardest, effort)
        }
        return RecallChoice(recall: recall, basis: basis, effort: hardest)
    }

    /// The share of a sample's queries whose nearest row was nearer than that, 0…1.
    func rank(of distance: Float, _ basis: RecallBasis) -> Double? {
        guard let quantiles = nearestDistances[basis], quantiles.count > 1 else { return nil }
        let below = quantiles.count { $0 < distance }
        let upTo = quantiles.count { $0 <= distance }
        return Double(below + upTo) / 2 / Double(quantiles.count)
    }
}
