/// Whether the last queries of a vector field are like those of a sample: by the distances of their nearest rows, whose ranks among the
/// sample's own are then as often low as high.
struct RecallMonitor: Sendable {
    private static let capacity = 128
    /// Fewer queries tell too little: the standard error of their mean rank is 0.07.
    private static let leastCount = 16
    /// How far the mean rank of like queries may be from one half.
    private static let tolerance = 0.12
    /// On WordNet and Fashion-MNIST with queries of two kinds the ranks of the farther one had a mean of 0.67 and 0.71 where half of the
    /// sample was of it, and of 0.81 and 0.90 where a twentieth was.
    private static let greatestRankOfFarHalf = 0.77

    private var ranks: [RecallBasis: [Double]] = [:]
    private var sums: [RecallBasis: Double] = [:]
    private var next = 0
    /// Of the calibration whose ranks these are.
    private var time: UInt64?

    /// - Parameter distance: of a query's nearest row.
    mutating func observe(_ distance: Float, _ calibration: RecallCalibration) {
        if time != calibration.time { self = RecallMonitor() }
        time = calibration.time
        for basis in [RecallBasis.rows, .queries] {
            guard let rank = calibration.rank(of: distance, basis) else { continue }
            sums[basis, default: 0] += rank
            if ranks[basis, default: []].count < Self.capacity {
                ranks[basis, default: []].append(rank)
            } else {
                sums[basis, default: 0] -= ranks[basis]?[next] ?? 0
                ranks[basis]?[next] = rank
            }
        }
        next = (next + 1) % Self.capacity
    }

    /// The sample that tells best what the next query is like; `mixtures` if none does.
    ///
    /// Queries that users asked before, if the last ones were like them, or as long as too few are known; else the rows, if the
    /// last ones were like these; else the farther half of the queries.
    func basis(of calibration: RecallCalibration) -> RecallBasis {
        func isLike(_ basis: RecallBasis) -> Bool? {
            meanRank(basis, of: calibration).map { abs($0 - 0.5) < Self.tolerance }
        }
        let hasQueries = calibration.has(.queries)
        if hasQueries, isLike(.queries) ?? true { return .queries }
        if isLike(.rows) ?? false { return .rows }
        guard let rank = meanRank(.queries, of: calibration) else { return .mixtures }
        // Near to rows is any query where many have come in since: that is no reason to look less thoroughly.
        if rank < 0.5 { return .queries }
        // One of two kinds that were asked for as often has a mean rank of about 0.7; one that was hardly asked for, of 0.8 and more.
        let isFarHalf = rank < Self.greatestRankOfFarHalf && calibration.has(.farQueries)
        return isFarHalf ? .farQueries : .mixtures
    }

    /// The mean rank of the last queries, 0…1, among those of a sample; `nil` as long as too few are known.
    private func meanRank(_ basis: RecallBasis, of calibration: RecallCalibration) -> Double? {
        guard time == calibration.time, let count = ranks[basis]?.count, count >= Self.leastCount,
            let sum = sums[basis]
        else { return nil }
        return sum / Double(count)
    }
}
