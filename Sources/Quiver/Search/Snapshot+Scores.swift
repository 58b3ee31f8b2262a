import Indexes

extension Snapshot {
    /// The exact scores of pairs of rows: that with which a search for the first would find the second, and the other way round.
    ///
    /// - Parameters:
    ///   - pairs: rows as the snapshot numbers them (`rowNumbers`), those of dead documents included.
    ///   - vectorField: `nil` stands for the only one.
    ///   - threadCount: threads that may work at once, the caller's included.
    /// - Returns: one a pair, in their order.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `invalidSearch` for a number that no row has, `damaged`,
    ///   `usedAfterFork`, `file`.
    public func scores(
        ofRowPairs pairs: [(Int, Int)],
        vectorField: String? = nil,
        threadCount: Int = 1
    ) throws(StoreError) -> [Float] {
        try process.require()
        let field = try view.vectorField(orOnly: vectorField)
        let rows = RowOwners(view, field.id)
        for pair in pairs {
            for row in [pair.0, pair.1] where !(0..<rows.rowCount).contains(row) {
                throw .invalidSearch(reason: "there is no row \(row) among \(rows.rowCount)")
            }
        }
        let blockCount = 1_024
        let blocks = (pairs.count + blockCount - 1) / blockCount
        return try concurrentResults(blocks, threadCount: threadCount) {
            (block, _) throws(StoreError) in
            var scores: [Float] = []
            // Pairs often have their first row in common with the one before.
            var known: (row: Int, query: Query)?
            for place in (block * blockCount)..<min(pairs.count, (block + 1) * blockCount) {
                let (one, other) = pairs[place]
                if known?.row != one {
                    let (document, own) = try rows.owner(of: one)
                    let vector = try view.row(own, at: document, of: field)
                    known = (one, Query(vector, metric: field.field.metric))
                }
                guard let query = known?.query else { continue }
                let (document, own) = try rows.owner(of: other)
                let distance = try view.distance(from: query, toRow: own, at: document, of: field)
                scores.append(field.field.metric.score(fromDistance: distance))
            }
            return scores
        }.flatMap { $0 }
    }
}
