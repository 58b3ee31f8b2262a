/// Index specifications side by side on the rows of a collection.
public struct IndexTuning: Sendable, Hashable {
    /// What the queries were: what users asked, or rows of the collection, each as if it were not there.
    public let basis: RecallBasis
    /// So many of them.
    public let queryCount: Int
    /// The recall that is wanted, of the `k` nearest.
    public let recall: Double
    /// The nearest rows that count.
    public let k: Int
    /// Rows of the field, those of dead documents included.
    public let rowCount: Int
    /// The bytes that these take, whatever the index.
    public let rowByteCount: Int
    /// The bytes that the indexes may take; `nil` is any number.
    public let indexByteLimit: Int?
    /// `exact` first, then in the order in which they were asked for.
    public let trials: [IndexTrial]

    /// The fastest index that finds what is wanted in the space that is given; the smallest of those that are within a twentieth of it.
    ///
    /// There is always one: to compare every row takes no space and misses nothing.
    public var best: IndexTrial {
        let fitting = trials.compactMap { trial in
            trial.queryTime(forRecall: recall).map { (trial, $0) }
        }.filter { trial, _ in trial.indexByteCount <= indexByteLimit ?? .max }
        let least = fitting.map(\.1).min() ?? .zero
        let close = fitting.filter { $0.1 * 20 <= least * 21 }.map(\.0)
        return close.min { $0.indexByteCount < $1.indexByteCount } ?? trials[0]
    }
}
