internal import CKernels
internal import FAISS

extension FAISSIndex {
    /// Offers the approximately nearest live rows to `nearest`, with exact distances.
    ///
    /// FAISS finds `candidateFactor` candidates for each hit, which are compared again with the stored rows. Dead rows are
    /// left out inside inverted lists; elsewhere more candidates are asked for in their place. The lists visited grow as
    /// live rows grow rare, so that a search compares about as many live rows as without dead ones. Where so few are left
    /// that comparing them all costs less, that is done, and the answer is exact; so is the answer where FAISS gave fewer
    /// candidates than there are hits to find.
    ///
    /// Runs on the caller's thread.
    ///
    /// - Parameter dead: rows that are left out, none if `nil`.
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`, `.rowCountMismatch`, `.searching`; `.cancelled` when
    ///   `cancelled` says so before the search begins or before it turns to all rows.
    public func search(
        _ rows: Rows,
        query: Query,
        settings: FAISSSearchSettings = FAISSSearchSettings(),
        excluding dead: RowSet? = nil,
        cancelled: () -> Bool = { false },
        into nearest: inout Nearest
    ) throws(IndexError) {
        try rows.check(query)
        guard rows.count == format.rowCount else {
            throw .rowCountMismatch(.faiss, expected: rows.count, found: format.rowCount)
        }
        let dead = dead.flatMap { $0.count == 0 ? nil : $0 }
        let live = rows.count - (dead?.count(below: rows.count) ?? 0)
        if live == 0 || nearest.k == 0 { return }
        if cancelled() { throw .cancelled }
        let plan = CandidatePlan(
            self,
            wanted: min(nearest.k, live),
            live: live,
            settings: settings
        )
        if let plan, let found = try candidates(plan, query, excluding: dead) {
            offer(found, of: rows, query, to: &nearest)
            return
        }
        try ExactIndex.search(
            rows,
            query: query,
            excluding: dead,
            cancelled: cancelled,
            into: &nearest
        )
    }

    /// The live rows among what FAISS finds, or nil if they are too few or FAISS does not take the query.
    private func candidates(
        _ plan: CandidatePlan,
        _ query: Query,
        excluding dead: RowSet?
    ) throws(IndexError) -> [UInt32]? {
        var vector = query.vector
        if format.isNormalized, query.norm > 0 {
            for place in vector.indices { vector[place] /= query.norm }
        }
        do {
            var parameters = plan.parameters
            if plan.selects, let dead {
                parameters.selector = try Selector(bitmap: dead.liveBitmap(count: format.rowCount))
            }
            let result = try index.search(vector.span, k: plan.count, parameters: parameters)
            var found: [UInt32] = []
            found.reserveCapacity(result.labels.count)
            for label in result.labels {
                // Checked when the index was read; a label is a row.
                guard label >= 0, label < Int64(format.rowCount) else { continue }
                if let dead, dead.contains(UInt32(label)) { continue }
                found.append(UInt32(label))
            }
            return found.count < plan.wanted ? nil : found
        } catch .tooLarge {
            return nil
        } catch {
            throw .searching(message: error.description)
        }
    }

    private func offer(
        _ found: [UInt32],
        of rows: Rows,
        _ query: Query,
        to nearest: inout Nearest
    ) {
        let distances = [Float](unsafeUninitializedCapacity: found.count) { out, count in
            withUnsafePointer(to: rows.view) { view in
                qk_distances(view, query.vector, query.norm, found, found.count, out.baseAddress)
            }
            count = found.count
        }
        for place in found.indices { nearest.insert(distance: distances[place], row: found[place]) }
    }
}

/// What FAISS is asked for one search.
private struct CandidatePlan {
    /// Candidates.
    let count: Int
    /// Live rows that must be among them.
    let wanted: Int
    /// Whether FAISS is told which rows are live; else dead candidates are dropped.
    let selects: Bool
    let parameters: SearchParameters

    /// Nil where comparing all live rows costs less.
    init?(_ index: FAISSIndex, wanted: Int, live: Int, settings: FAISSSearchSettings) {
        let rowCount = index.format.rowCount
        let structure = index.structure
        let scarcity = Double(rowCount) / Double(live)
        var parameters = SearchParameters()
        if let listCount = structure.listCount {
            let nprobe = settings.nprobe ?? max(1, index.format.nprobe)
            let scaled = Double(min(nprobe, listCount)) * scarcity
            // Visiting half of the lists takes as long as comparing all live rows in order.
            if live < rowCount, scaled * 2 > Double(listCount) { return nil }
            parameters.nprobe = min(listCount, Int(scaled.rounded(.up)))
        }
        selects = live < rowCount && structure.selectsInLists
        let factor = settings.candidateFactor ?? structure.candidateFactor
        var candidates = Double(wanted)
        if structure.isRefined {
            parameters.kFactor = Float(factor)
        } else {
            candidates = (candidates * factor).rounded(.up)
        }
        if !selects { candidates *= scarcity * (live < rowCount ? 1.2 : 1) }
        // Where a large part of the rows would be candidates, all of them may as well be.
        if !selects, live < rowCount, live * 8 < rowCount { return nil }
        guard candidates * 2 <= Double(max(rowCount, 2_000)) else { return nil }
        count = min(rowCount, max(wanted, Int(candidates.rounded(.up))))
        if structure.isGraph {
            let walk = Double(settings.efSearch ?? GraphIndex.defaultEfSearch) * scarcity
            parameters.efSearch = max(count, Int(min(walk, Double(rowCount))))
        }
        self.wanted = wanted
        self.parameters = parameters
    }
}

extension FactoryString.Structure {
    /// Whether FAISS passes over rows inside its lists at no more cost than reading their labels.
    fileprivate var selectsInLists: Bool {
        switch rows {
        case .inverted(_, .fastScan), .inverted(_, .refinedProductQuantizer): false
        case .inverted(_, .additive(let code)): !code.isFastScan
        case .inverted: true
        default: false
        }
    }
}

extension RowSet {
    /// A bit for each of the rows 0..<count that is not in the set.
    fileprivate func liveBitmap(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xFF, count: (count + 7) / 8)
        for place in bytes.indices where place / 8 < words.count {
            bytes[place] = ~UInt8(truncatingIfNeeded: words[place / 8] >> UInt64(place % 8 * 8))
        }
        if count % 8 != 0 { bytes[bytes.count - 1] &= UInt8(1 << (count % 8)) - 1 }
        return bytes
    }
}
