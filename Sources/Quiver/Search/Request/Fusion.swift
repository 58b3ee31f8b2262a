/// How the lists of several sources become one, of documents.
public enum Fusion: Sendable {
    /// Each list gives a document 1 / (constant + its rank), ranks from 1 on (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion
    /// outperforms Condorcet and individual Rank Learning Methods", 2009, §2), times the list's weight.
    ///
    /// - Parameters:
    ///   - constant: how little the first ranks are ahead, 0 or more.
    ///   - weights: one a source, 0 or more; 1 each if `nil`.
    case reciprocalRank(constant: Double = 60, weights: [Double]? = nil)
    /// The weighted sum of the scores, each list's scaled so that its best is 1 and its last 0; what a list does not have counts 0
    /// there.
    ///
    /// - Parameter weights: one a source, 0 or more.
    case weighted([Double])
    /// What a function of the caller's makes of a document's place in each list, `nil` where a list does not have it. Higher is
    /// better; what is no number comes last. Called from the search's threads.
    case custom(@Sendable (_ places: [RankedPlace?]) -> Double)
}

/// A document's place in a list.
public struct RankedPlace: Sendable, Hashable {
    /// From 1 on.
    public let rank: Int
    /// As the source gives it.
    public let score: Float

    /// A place.
    public init(rank: Int, score: Float) {
        self.rank = rank
        self.score = score
    }
}

extension Fusion {
    /// - Throws: `invalidSearch`.
    func check(sourceCount: Int) throws(StoreError) {
        func check(_ weights: [Double]) throws(StoreError) {
            guard weights.count == sourceCount else {
                throw .invalidSearch(
                    reason: "there are \(weights.count) weights for \(sourceCount) sources"
                )
            }
            for weight in weights where !(weight >= 0 && weight.isFinite) {
                throw .invalidSearch(reason: "a source's weight is 0 or more, not \(weight)")
            }
        }
        switch self {
        case .reciprocalRank(let constant, let weights):
            guard constant >= 0, constant.isFinite else {
                throw .invalidSearch(
                    reason: "the constant of reciprocal ranks is 0 or more, not \(constant)"
                )
            }
            if let weights { try check(weights) }
        case .weighted(let weights): try check(weights)
        case .custom: break
        }
    }

    /// The score of a document.
    ///
    /// - Parameter bounds: the best and the last score of each list.
    func score(_ places: [RankedPlace?], bounds: [(best: Float, last: Float)]) -> Double {
        switch self {
        case .reciprocalRank(let constant, let weights):
            var sum = 0.0
            for (source, place) in places.enumerated() {
                guard let place else { continue }
                sum += (weights?[source] ?? 1) / (constant + Double(place.rank))
            }
            return sum
        case .weighted(let weights):
            var sum = 0.0
            for (source, place) in places.enumerated() {
                guard let place else { continue }
                let (best, last) = bounds[source]
                let width = Double(best) - Double(last)
                // A list of equals is one of bests.
                let share = width == 0 ? 1 : (Double(place.score) - Double(last)) / width
                sum += weights[source] * share
            }
            return sum
        case .custom(let function):
            let score = function(places)
            return score.isNaN ? -.infinity : score
        }
    }
}
