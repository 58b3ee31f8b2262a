import Indexes

/// Queries with which recall is measured.
struct CalibrationSample: Sendable {
    let basis: RecallBasis
    let queries: [Query]
    /// For queries that are rows themselves: where each is, so that it is passed over.
    let rows: [CalibrationRow]?
}

/// A row of a vector field of a snapshot.
struct CalibrationRow: Sendable, Hashable {
    let location: CollectionView.Location
    /// As its segment or commit numbers it.
    let row: Int
}

extension CalibrationSample {
    /// Up to `count` live rows, chosen at random.
    init(
        rowsOf view: CollectionView,
        _ field: StoredField,
        count: Int,
        _ random: inout SplitMix64
    ) throws(StoreError) {
        let rows = try view.randomRows(of: field, count: count, &random)
        var queries: [Query] = []
        for row in rows { queries.append(try view.query(of: row, field)) }
        self.init(basis: .rows, queries: queries, rows: rows)
    }

    /// Points between two rows, nearer to the first.
    init(
        mixturesOf view: CollectionView,
        _ field: StoredField,
        count: Int,
        _ random: inout SplitMix64
    ) throws(StoreError) {
        let rows = try view.randomRows(of: field, count: 2 * count, &random)
        var queries: [Query] = []
        for place in 0..<(rows.count / 2) {
            let one = try view.query(of: rows[2 * place], field)
            let other = try view.query(of: rows[2 * place + 1], field)
            // Under the other metrics a row's length is part of what it is.
            let isCosine = field.field.metric == .cosine
            let scales =
                isCosine
                ? (
                    0.6 / max(one.norm, .leastNormalMagnitude),
                    0.4 / max(other.norm, .leastNormalMagnitude)
                ) : (0.6, 0.4)
            let mixed = zip(one.vector, other.vector).map { scales.0 * $0 + scales.1 * $1 }
            let query = Query(mixed, metric: field.field.metric)
            guard query.norm.isFinite, !isCosine || query.norm > 0 else { continue }
            queries.append(query)
        }
        self.init(basis: .mixtures, queries: queries, rows: nil)
    }

    /// Up to `count` of the queries that users asked.
    init(
        queries vectors: [[Float]],
        _ field: StoredField,
        count: Int,
        _ random: inout SplitMix64
    ) {
        let chosen =
            vectors.count > count ? Array(vectors.shuffled(using: &random).prefix(count)) : vectors
        let queries = chosen.map { Query($0, metric: field.field.metric) }
        self.init(
            basis: .queries,
            queries: queries.filter { query in
                query.norm.isFinite && (field.field.metric != .cosine || query.norm > 0)
            },
            rows: nil
        )
    }
}

extension CollectionView {
    /// Live rows, each once, in random order; fewer where there are fewer, or where most are dead.
    fileprivate func randomRows(
        of field: StoredField,
        count: Int,
        _ random: inout SplitMix64
    ) throws(StoreError) -> [CalibrationRow] {
        let parts = parts
        let maps = parts.map { rowMap(of: $0, field.id) }
        var firsts: [Int] = []
        var total = 0
        for map in maps {
            firsts.append(total)
            total += map.rowCount
        }
        guard total > 0 else { return [] }
        var drawn: Set<Int> = []
        var found: [CalibrationRow] = []
        for _ in 0..<(16 * count) where found.count < count && drawn.count < total {
            let number = Int.random(in: 0..<total, using: &random)
            guard drawn.insert(number).inserted else { continue }
            // The last part that begins at or before it, past those without rows.
            let place = (firsts.lastIndex { $0 <= number }) ?? 0
            let row = number - firsts[place]
            let ordinal = try maps[place].document(of: row)
            guard !documents(of: parts[place]).dead.contains(UInt32(ordinal)) else { continue }
            found.append(
                CalibrationRow(location: .init(parts[place], ordinal: ordinal), row: row)
            )
        }
        return found
    }

    fileprivate func query(
        of row: CalibrationRow,
        _ field: StoredField
    ) throws(StoreError) -> Query {
        let first = try rows(at: row.location, of: field).lowerBound
        return Query(
            try self.row(row.row - first, at: row.location, of: field),
            metric: field.field.metric
        )
    }
}
