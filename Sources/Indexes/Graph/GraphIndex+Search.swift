internal import CKernels

extension GraphIndex {
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
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`, `.rowCountMismatch`; `.cancelled` when
    ///   `cancelled`, asked every 64 rows expanded, says so.
    public func search(
        _ rows: Rows,
        query: Query,
        efSearch: Int = defaultEfSearch,
        excluding dead: RowSet? = nil,
        scratch: inout GraphSearchScratch,
        cancelled: () -> Bool = { false },
        into nearest: inout Nearest
    ) throws(IndexError) {
        try rows.check(query)
        guard rows.count == format.rowCount else {
            throw .rowCountMismatch(.graph, expected: rows.count, found: format.rowCount)
        }
        let dead = dead.flatMap { $0.count == 0 ? nil : $0 }
        let live = rows.count - (dead?.count(below: rows.count) ?? 0)
        if live == 0 || nearest.k == 0 { return }
        let efSearch = min(max(efSearch, nearest.k, 1), rows.count)
        if Self.isScanCheaper(live: live, of: rows.count, efSearch: efSearch) {
            try ExactIndex.search(
                rows,
                query: query,
                excluding: dead,
                cancelled: cancelled,
                into: &nearest
            )
            return
        }
        let finished = walk(
            rows,
            query,
            efSearch: efSearch,
            excluding: dead,
            scratch: &scratch,
            cancelled: cancelled
        ) { candidates in
            for candidate in candidates.prefix(nearest.k) {
                nearest.insert(
                    distance: qk_candidate_distance(candidate),
                    row: qk_candidate_row(candidate)
                )
            }
        }
        if !finished { throw .cancelled }
    }

    /// Whether a search computes the distance of each live row instead of walking the graph, because that is
    /// faster: where live² ≤ 20 · efSearch · n.
    ///
    /// A walk meets a number of rows that grows with efSearch, and n / live times as many when only some may
    /// be collected; the factor is what made both cost the same on 40,000 rows of 384 numbers.
    public static func isScanCheaper(live: Int, of count: Int, efSearch: Int) -> Bool {
        Double(live) * Double(live) <= 20 * Double(efSearch) * Double(count)
    }
}
