import Indexes
import Synchronization

/// The documents that some filters hold of, of one segment or commit: those that were asked for last.
final class FilterCache: Sendable {
    private struct Kept {
        let filter: BoundFilter
        let documents: RowSet
        var use: UInt64
    }

    /// Filters that are kept.
    private static let capacity = 16

    private let kept = Mutex<(uses: UInt64, sets: [Kept])>((0, []))

    /// Those of `filter`, found by `find` if they are not known.
    func documents(
        _ filter: BoundFilter,
        _ find: () throws(StoreError) -> RowSet
    ) throws(StoreError) -> RowSet {
        let known = kept.withLock { kept -> RowSet? in
            guard let place = kept.sets.firstIndex(where: { $0.filter == filter }) else {
                return nil
            }
            kept.uses += 1
            kept.sets[place].use = kept.uses
            return kept.sets[place].documents
        }
        if let known { return known }
        // Outside the lock: two that ask for the same at once both look for it.
        let found = try find()
        kept.withLock { kept in
            kept.uses += 1
            if kept.sets.count == Self.capacity,
                let oldest = kept.sets.indices.min(by: { kept.sets[$0].use < kept.sets[$1].use })
            {
                kept.sets.remove(at: oldest)
            }
            kept.sets.append(Kept(filter: filter, documents: found, use: kept.uses))
        }
        return found
    }
}
