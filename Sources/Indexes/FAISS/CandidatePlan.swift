internal import FAISS

/// What FAISS is asked for one search.
struct CandidatePlan {
    /// What passing over a dead row costs, where comparing a row costs 1.
    private static let deadRowCost = 0.25

    /// Distances that a walk computes for each candidate that it keeps, about.
    private static let distancesPerCandidate = 12.0

    /// Candidates.
    let count: Int
    /// Live rows that must be among them.
    let wanted: Int
    let parameters: SearchParameters
    /// Distances that FAISS is likely to compute.
    let distanceCount: Int

    /// Nil where comparing all live rows costs less. What is asked for, and whether it is, changes little with one more
    /// dead row, the first one too.
    ///
    /// - Parameters:
    ///   - wanted: hits, at most `live`.
    ///   - live: rows that may be hits, at least 1.
    ///   - selects: whether FAISS is told which these are; else dead candidates are dropped.
    init?(
        _ index: FAISSIndex,
        wanted: Int,
        live: Int,
        selects: Bool,
        settings: FAISSSearchSettings
    ) {
        let rowCount = index.format.rowCount
        let structure = index.structure
        let scarcity = Double(rowCount) / Double(live)
        // Outside of lists all rows are gone through, or a large part of them would be candidates.
        let leaves = !settings.insists
        if leaves, !selects || structure.listCount == nil, live * 8 < rowCount { return nil }
        var parameters = SearchParameters()
        var distances = Double(rowCount)
        if let listCount = structure.listCount {
            let nprobe =
                settings.nprobe.map(Double.init)
                ?? max(1, (Double(max(1, index.format.nprobe)) * settings.effort).rounded())
            let scaled = min(min(nprobe, Double(listCount)) * scarcity, Double(listCount))
            let share = scaled / Double(listCount)
            let dead = Double(rowCount - live)
            if leaves, share * (Double(live) + dead * Self.deadRowCost) > Double(live) {
                return nil
            }
            parameters.nprobe = Int(scaled.rounded())
            distances = share * distances + Double(listCount)
        }
        let isUnit = index.format.isNormalized
        let ownFactor = structure.candidateFactor(ofUnitRows: isUnit)
        // Where codes lose nothing, no effort finds more by them.
        let factor =
            settings.candidateFactor
            ?? (ownFactor > 1 ? max(1, ownFactor * settings.effort) : ownFactor)
        var candidates: Double
        if let refining = structure.refiningRows {
            parameters.kFactor = Float(factor)
            candidates = Double(wanted) * refining.candidateFactor(ofUnitRows: isUnit)
        } else {
            candidates = Double(wanted) * factor
        }
        if !selects {
            // Enough for the live ones among them, less three standard deviations, to be as many.
            let deadShare = 1 - 1 / scarcity
            candidates = (candidates + 3 * (candidates * deadShare).squareRoot()) * scarcity
        }
        if leaves, candidates * 2 > Double(max(rowCount, 2_000)) { return nil }
        candidates = min(candidates.rounded(.up), Double(rowCount))
        count = min(rowCount, max(wanted, Int(candidates)) + settings.spareCount)
        if structure.isGraph {
            let walk =
                (settings.efSearch.map(Double.init)
                    ?? Double(GraphIndex.defaultEfSearch) * settings.effort) * scarcity
            let efSearch = max(count, Int(min(walk, Double(rowCount))))
            parameters.efSearch = efSearch
            distances = min(distances, Double(efSearch) * Self.distancesPerCandidate)
        }
        self.wanted = wanted
        self.parameters = parameters
        distanceCount = Int(distances)
    }
}
