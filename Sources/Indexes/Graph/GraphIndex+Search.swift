internal import CKernels

extension GraphIndex {
    /// How a search came to its answer.
    public struct Answer: Sendable, Hashable {
        /// A way to search.
        public enum Method: Sendable, Hashable {
            /// All live rows were compared: exact.
            case scan
            /// The graph was walked, through dead rows too.
            case walk
            /// The graph was walked from live row to live row.
            case selectiveWalk
        }

        /// The way.
        public let method: Method
        /// Distances of rows, or of their sketches, that were computed on it.
        public let distanceCount: Int
    }

    /// Offers the approximately nearest live rows to `nearest`, with exact distances.
    ///
    /// A greedy descent through the upper levels, then best-first on level 0 until the `efSearch` nearest live
    /// rows found are all nearer than what is left to visit (Malkov and Yashunin 2016, algorithms 2 and 5).
    /// Dead rows are walked through, not collected. Where so few rows are live that this would take longer
    /// than computing all their distances (`isScanCheaper`), those are computed, and the answer is exact.
    ///
    /// Runs on the caller's thread, about `efSearch` · 10 distances; allocates nothing once `scratch` is warm.
    ///
    /// - Parameters:
    ///   - efSearch: 1 or more; raised to `nearest.k`. More cost time and help recall.
    ///   - dead: rows that are left out, none if `nil`.
    ///   - listed: the rows that are not, ascending, where these are few: comparing them then looks at no others.
    ///   - absent: a row that the walk goes past, as if the graph had been built without it: how a row that is not there would be
    ///     answered. It may be found all the same where rows are compared one by one.
    ///   - selecting: most rows may be among them: they are passed through to their links instead of measured.
    ///   - insisting: walks also where comparing the live rows would be faster.
    /// - Returns: where the rows come from.
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`, `.rowCountMismatch`; `.cancelled` when
    ///   `cancelled`, asked every 64 rows expanded, says so.
    @discardableResult
    public func search(
        _ rows: Rows,
        query: Query,
        efSearch: Int = defaultEfSearch,
        excluding dead: RowSet? = nil,
        listed: [UInt32]? = nil,
        selecting: Bool = false,
        insisting: Bool = false,
        absent: UInt32? = nil,
        scratch: inout GraphSearchScratch,
        cancelled: () -> Bool = { false },
        into nearest: inout Nearest
    ) throws(IndexError) -> Answer {
        try rows.check(query)
        guard rows.count == format.rowCount else {
            throw .rowCountMismatch(.graph, expected: rows.count, found: format.rowCount)
        }
        let dead = dead.flatMap { $0.count == 0 ? nil : $0 }
        let live = listed?.count ?? rows.count - (dead?.count(below: rows.count) ?? 0)
        if live == 0 || nearest.k == 0 { return Answer(method: .scan, distanceCount: 0) }
        let sketches = sketches(of: rows)
        // What sketches put a little too far behind is not to be lost.
        let wanted = sketches == nil ? nearest.k : nearest.k + nearest.k / 4
        let efSearch = min(max(efSearch, wanted, 1), rows.count)
        if !insisting, Self.isScanCheaper(live: live, of: rows.count, efSearch: efSearch) {
            try scan(
                rows,
                sketches,
                query,
                excluding: dead,
                listed,
                live,
                cancelled,
                into: &nearest
            )
            return Answer(method: .scan, distanceCount: live)
        }
        // Where many rows count, a walk through the others costs less than one around them.
        let selecting =
            selecting && dead != nil && live < Int(Double(rows.count) * Self.mostSelected)
        var foundCount = 0
        let markLevel = insisting || dead == nil ? 0 : markLevel(live: live, of: rows.count)
        let walked = walk(
            sketches?.view ?? rows.view,
            sketches?.prepared(query).vector ?? query.vector,
            norm: query.norm,
            efSearch: efSearch,
            excluding: dead,
            selecting: selecting,
            absent: absent.flatMap { Int($0) < rows.count ? $0 : nil },
            markLevel: live <= Self.mostScanned * efSearch ? markLevel : 0,
            scratch: &scratch,
            cancelled: cancelled
        ) { candidates in
            foundCount = candidates.count
            if sketches != nil {
                rows.offer(candidates, query, to: &nearest)
                return
            }
            for candidate in candidates.prefix(nearest.k) {
                nearest.insert(
                    distance: qk_candidate_distance(candidate),
                    row: qk_candidate_row(candidate)
                )
            }
        }
        guard let (measured, isMisled) = walked else { throw .cancelled }
        if isMisled {
            try scan(
                rows,
                sketches,
                query,
                excluding: dead,
                listed,
                live,
                cancelled,
                into: &nearest
            )
            return Answer(method: .scan, distanceCount: measured + live)
        }
        // The rows that count may hang together so little that no walk leads from one to the others.
        if foundCount < min(nearest.k, live) {
            nearest.removeAll()
            try ExactIndex.search(
                rows,
                query: query,
                excluding: dead,
                listed: listed,
                cancelled: cancelled,
                into: &nearest
            )
            return Answer(method: .scan, distanceCount: measured + live)
        }
        return Answer(
            method: selecting ? .selectiveWalk : .walk,
            distanceCount: measured + (sketches == nil ? 0 : foundCount)
        )
    }

    /// Live rows for each candidate of a walk that are rather compared where the walk is misled: about what it would take to find as much
    /// by walking.
    private static let mostScanned = 1_024

    /// Live rows that a walk should find nearer than its mark, on average. Of fewer there is more often none by chance; of more, walks are
    /// known to be misled more seldom.
    private static let leastNearer = 20.0

    /// A level whose nearest row has at least so many live rows nearer to the query on average, if what is live has nothing to do with
    /// the query: one row in M is on the next level. Of `count` on average there is none with a chance of 1 / (1 + count) at most, since
    /// the level may have the nearest row of all.
    private func markLevel(live: Int, of count: Int) -> Int {
        var (level, expected) = (1, Double(live) / Double(count) * Double(format.M))
        while expected < Self.leastNearer, level <= format.topLevel {
            level += 1
            expected *= Double(format.M)
        }
        return level <= format.topLevel ? level : 0
    }

    /// The share of rows that count below which a walk goes around the others.
    private static let mostSelected = 0.3

    /// Live rows below which they are compared themselves; sketches would save less than looking twice costs.
    private static let leastSketched = 1_000

    /// Compares all live rows, or where these are many their sketches, and what these find.
    private func scan(
        _ rows: Rows,
        _ sketches: GraphSketches?,
        _ query: Query,
        excluding dead: RowSet?,
        _ listed: [UInt32]?,
        _ live: Int,
        _ cancelled: () -> Bool,
        into nearest: inout Nearest
    ) throws(IndexError) {
        guard let sketches, live >= max(Self.leastSketched, 8 * nearest.k) else {
            return try ExactIndex.search(
                rows,
                query: query,
                excluding: dead,
                listed: listed,
                cancelled: cancelled,
                into: &nearest
            )
        }
        var found = Nearest(k: 2 * nearest.k + 20)
        try ExactIndex.search(
            sketches.rows,
            query: sketches.prepared(query),
            excluding: dead,
            listed: listed,
            cancelled: cancelled,
            into: &found
        )
        let candidates = found.sorted().map { qk_candidate_of($0.distance, $0.row) }
        candidates.withUnsafeBufferPointer { rows.offer($0, query, to: &nearest) }
    }

    /// Whether a search computes the distance of each live row instead of walking the graph, because that is
    /// faster: where live² ≤ 8 · efSearch · n.
    ///
    /// A walk meets a number of rows that grows with efSearch, and n / live times as many when only some may
    /// be collected; the factor is what made both cost the same on 117,659 rows of 384 numbers.
    public static func isScanCheaper(live: Int, of count: Int, efSearch: Int) -> Bool {
        Double(live) * Double(live) <= 8 * Double(efSearch) * Double(count)
    }
}

extension Rows {
    /// Offers what was found by sketches, compared exactly.
    fileprivate func offer(
        _ candidates: UnsafeBufferPointer<qk_candidate>,
        _ query: Query,
        to nearest: inout Nearest
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: candidates.count) { numbers in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: candidates.count) { distances in
                guard let room = numbers.baseAddress, let out = distances.baseAddress else {
                    return
                }
                for place in candidates.indices {
                    room[place] = qk_candidate_row(candidates[place])
                }
                withUnsafePointer(to: view) { view in
                    qk_distances(view, query.vector, query.norm, room, candidates.count, out)
                }
                for place in candidates.indices {
                    nearest.insert(distance: out[place], row: room[place])
                }
            }
        }
    }
}
