import Indexes

/// The rows of a vector field of documents that a search can find.
struct LiveRows {
    private let field: StoredField
    private let view: CollectionView

    init(of field: StoredField, in view: CollectionView) {
        self.field = field
        self.view = view
    }

    /// Their numbers in the collection, ascending.
    func numbers() throws(StoreError) -> [Int] {
        var rows: [Int] = []
        for part in view.parts {
            let first = view.firstRow(of: part, field.id)
            let map = view.rowMap(of: part, field.id)
            let dead = view.documents(of: part).dead
            for ordinal in 0..<view.documents(of: part).count
            where !dead.contains(UInt32(ordinal)) {
                let own = try map.rows(of: ordinal)
                rows += (first + own.lowerBound)..<(first + own.upperBound)
            }
        }
        return rows
    }

    /// As many of `rows` as are wanted, or all, in their order.
    static func sample(of rows: [Int], count: Int, seed: UInt64) -> [Int] {
        guard count < rows.count else { return rows }
        var random = SplitMix64(seed: seed)
        var missing = count
        var chosen: [Int] = []
        chosen.reserveCapacity(count)
        // Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S.
        for (place, row) in rows.enumerated()
        where Int.random(in: 0..<(rows.count - place), using: &random) < missing {
            chosen.append(row)
            missing -= 1
        }
        return chosen
    }

    /// Rows by their numbers, `[n × dimension]`; under cosine at length 1.
    func vectors(_ rows: ArraySlice<Int>) throws(StoreError) -> [Float] {
        let numbered = RowOwners(view, field.id)
        var vectors: [Float] = []
        vectors.reserveCapacity(rows.count * field.field.dimension)
        for row in rows {
            let (document, own) = try numbered.owner(of: row)
            let vector = try view.row(own, at: document, of: field)
            guard field.field.metric == .cosine else {
                vectors += vector
                continue
            }
            let norm = max(StoredRow.norm(vector), .leastNormalMagnitude)
            vectors += vector.map { $0 / norm }
        }
        return vectors
    }
}
