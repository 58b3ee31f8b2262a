import Indexes
import Synchronization

/// The dead rows of a snapshot's parts as searches take them, each made when a search first needs it.
final class SearchedDeadRows: Sendable {
    typealias Part = CollectionView.Part

    private struct Place: Hashable {
        let part: Part
        let field: UInt32
    }

    private let rows = Mutex<[Place: RowSet]>([:])
    private let made = Mutex<[Place: FAISSIndex.DeadRows]>([:])

    /// The rows of dead documents; `nil` if there are none.
    func rows(
        of part: Part,
        field: UInt32,
        _ dead: RowSet,
        _ map: RowMap
    ) throws(StoreError) -> RowSet? {
        guard dead.count > 0 else { return nil }
        if map.isIdentity { return dead }
        let place = Place(part: part, field: field)
        return try rows.withLock { (rows) throws(StoreError) in
            if let known = rows[place] { return known }
            var found = RowSet(capacity: map.rowCount)
            for ordinal in 0..<map.documentCount where dead.contains(UInt32(ordinal)) {
                for row in try map.rows(of: ordinal) { found.insert(UInt32(row)) }
            }
            rows[place] = found
            return found
        }
    }

    /// Those of a segment as its FAISS index takes them; `dead` must be the snapshot's rows.
    func of(
        segment: Int,
        field: UInt32,
        _ dead: RowSet,
        _ index: FAISSIndex
    ) throws(IndexError) -> FAISSIndex.DeadRows {
        let place = Place(part: .segment(segment), field: field)
        return try made.withLock { (made) throws(IndexError) in
            if let known = made[place] { return known }
            let rows = try index.deadRows(dead)
            made[place] = rows
            return rows
        }
    }
}
