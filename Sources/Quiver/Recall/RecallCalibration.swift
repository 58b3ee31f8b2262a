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
        curves.first { $0.basis == basis && $0.k >= k } ?? curves.last { $0.basis == basis }
    }

    /// Whether there was a sample of that kind.
    func has(_ basis: RecallBasis) -> Bool { curves.contains { $0.basis == basis } }

    /// The least effort with which the queries of a sample find that share of their `k` nearest; `nil` if none was enough.
    ///
    /// Between the `k` that were measured by a straight line over the logarithms; past the last in proportion.
    func effort(for recall: Double, k: Int, _ basis: RecallBasis) -> Double? {
        guard let next = curve(basis, k: k) else { return nil }
        // Mixtures are no sample of anything: there is no error of theirs to allow for.
        let cautiously = basis != .mixtures
        let other = next.effort(for: recall, cautiously: cautiously)
        if next.k < k { return other.map { $0 * Double(k) / Double(next.k) } }
        guard next.k > k, let last = curves.last(where: { $0.basis == basis && $0.k < k }) else {
            return other
        }
        guard let one = last.effort(for: recall, cautiously: cautiously) else { return nil }
        guard let other else { return one * Double(k) / Double(last.k) }
        let share = log(Double(k) / Double(last.k)) / log(Double(next.k) / Double(last.k))
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
        for sample in [RecallBasis.rows, .queries] where has(sample) {
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
