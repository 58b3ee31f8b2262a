import Indexes
import Synchronization

/// The dead rows of a snapshot's segments as their FAISS indexes take them, each made when a search first needs it.
final class SearchedDeadRows: Sendable {
    /// By the segment's place in the snapshot and the field.
    private struct Place: Hashable {
        let segment: Int
        let field: UInt32
    }

    private let made = Mutex<[Place: FAISSIndex.DeadRows]>([:])

    /// Those of a segment; `dead` must be the snapshot's.
    func of(
        segment: Int,
        field: UInt32,
        _ dead: RowSet,
        _ index: FAISSIndex
    ) throws(IndexError) -> FAISSIndex.DeadRows {
        let place = Place(segment: segment, field: field)
        return try made.withLock { (made) throws(IndexError) in
            if let known = made[place] { return known }
            let rows = try index.deadRows(dead)
            made[place] = rows
            return rows
        }
    }
}
