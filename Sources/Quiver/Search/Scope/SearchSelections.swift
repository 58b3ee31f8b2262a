import Indexes
import Synchronization

/// What searches in one scope may find, part by part of a snapshot, each worked out when a search first comes to it.
final class SearchSelections: Sendable {
    typealias Part = CollectionView.Part

    private struct Place: Hashable {
        let part: Part
        let field: UInt32
    }

    // Not the snapshot: it keeps this.
    private let view: CollectionView
    private let deadRows: SearchedDeadRows
    private let scope: SearchScope
    private let filter: BoundFilter?
    /// The documents of the scope's keys.
    private let keys: [Part: RowSet]?
    private let excluded: [Part: RowSet]
    private let knownDocuments = Mutex<[Part: RowSet]>([:])
    private let knownRows = Mutex<[Place: SearchedRows]>([:])
    private let knownFAISSRows = Mutex<[Place: FAISSIndex.DeadRows]>([:])

    /// - Throws: `unknownField`, `invalidFilter`, `invalidKey`, `damaged`, `file`.
    init(_ scope: SearchScope, in snapshot: Snapshot) throws(StoreError) {
        self.scope = scope
        let view = snapshot.view
        self.view = view
        deadRows = snapshot.searchedDeadRows
        filter = try scope.filter.map { (filter) throws(StoreError) in
            try BoundFilter(filter, record: view.record)
        }
        keys = try scope.keys.map { (keys) throws(StoreError) in try view.parts(of: keys) }
        excluded = try view.parts(of: scope.excludedKeys)
    }

    /// Whether a search may find what it would find without the scope.
    var saysNothing: Bool { scope.saysNothing }

    /// The documents of a part that may be found; `nil` if all of them may.
    func documents(of part: Part) throws(StoreError) -> RowSet? {
        let (count, dead) = view.documents(of: part)
        if scope.saysNothingOfDocuments, dead.count == 0 { return nil }
        if let known = knownDocuments.withLock({ $0[part] }) { return known }
        var found: RowSet
        if let filter {
            found = try view.documents(of: part, filter)
            if let keys { found.formIntersection(keys[part] ?? RowSet()) }
        } else {
            found = keys.map { $0[part] ?? RowSet() } ?? RowSet().complement(below: count)
            found.subtract(dead)
        }
        if let excluded = excluded[part] { found.subtract(excluded) }
        let documents = found
        knownDocuments.withLock { $0[part] = documents }
        return documents
    }

    /// The rows of a part that may be found.
    ///
    /// - Throws: `unknownRowColumn`, `invalidFilter`, and as `documents`.
    func rows(of part: Part, _ field: StoredField) throws(StoreError) -> SearchedRows {
        let map = view.rowMap(of: part, field.id)
        let (_, dead) = view.documents(of: part)
        if scope.saysNothing {
            let rows = try deadRows.rows(of: part, field: field.id, dead, map)
            return SearchedRows(
                excluded: rows,
                count: map.rowCount - (rows?.count ?? 0),
                isFiltered: false
            )
        }
        let place = Place(part: part, field: field.id)
        if let known = knownRows.withLock({ $0[place] }) { return known }
        var rows =
            try documents(of: part).map { (found) throws(StoreError) in try map.rows(of: found) }
            ?? RowSet().complement(below: map.rowCount)
        if !scope.saysNothingOfRows { try narrow(&rows, of: part, field, map) }
        let found = SearchedRows(
            rows,
            of: map.rowCount,
            isFiltered: filter != nil || keys != nil || !scope.saysNothingOfRows
        )
        knownRows.withLock { $0[place] = found }
        return found
    }

    private func narrow(
        _ rows: inout RowSet,
        of part: Part,
        _ field: StoredField,
        _ map: RowMap
    ) throws(StoreError) {
        if let filter = scope.rowFilter {
            rows.formIntersection(
                try BoundRowFilter(filter, of: field).rows(map.rowCount) {
                    (column, body) throws(StoreError) in
                    try view.withColumn(column, of: part, field.id, body)
                }
            )
        }
        let first = view.firstRow(of: part, field.id)
        if let wanted = scope.rows {
            rows.formIntersection(wanted.shifted(by: first, count: map.rowCount))
        }
        if let ranges = scope.rowRanges {
            var wanted = RowSet(capacity: map.rowCount)
            for range in ranges {
                let own = range.clamped(to: first..<(first + map.rowCount))
                for row in own { wanted.insert(UInt32(row - first)) }
            }
            rows.formIntersection(wanted)
        }
    }

    /// The rows of a segment that are left out, as its FAISS index takes them; `nil` if none are.
    func faissRows(
        ofSegment place: Int,
        _ field: StoredField,
        _ index: FAISSIndex
    ) throws(StoreError) -> FAISSIndex.DeadRows? {
        let part = Part.segment(place)
        guard let excluded = try rows(of: part, field).excluded else { return nil }
        do throws(IndexError) {
            if scope.saysNothing {
                return try deadRows.of(
                    segment: place,
                    field: field.id,
                    excluded,
                    index
                )
            }
            let known = Place(part: part, field: field.id)
            if let rows = knownFAISSRows.withLock({ $0[known] }) { return rows }
            let rows = try index.deadRows(excluded)
            knownFAISSRows.withLock { $0[known] = rows }
            return rows
        } catch {
            throw .index(error)
        }
    }

    /// How many documents of a part may be expected to be found, were the conditions of the filter independent of one another.
    func estimatedShare(of part: Part) throws(StoreError) -> Double {
        guard let filter else { return 1 }
        let (count, _) = view.documents(of: part)
        guard count > 0 else { return 0 }
        return try filter.estimatedShare { (condition) throws(StoreError) in
            Double(try view.documents(of: part, condition).count) / Double(count)
        }
    }
}

extension BoundFilter {
    /// The share of documents it holds of, of which `share` tells for each condition.
    fileprivate func estimatedShare(
        _ share: (BoundFilter) throws(StoreError) -> Double
    ) throws(StoreError) -> Double {
        switch self {
        case .not(let filter): return 1 - (try filter.estimatedShare(share))
        case .all(let filters):
            var product = 1.0
            for filter in filters { product *= try filter.estimatedShare(share) }
            return product
        case .any(let filters):
            var none = 1.0
            for filter in filters { none *= 1 - (try filter.estimatedShare(share)) }
            return 1 - none
        default: return try share(self)
        }
    }
}
