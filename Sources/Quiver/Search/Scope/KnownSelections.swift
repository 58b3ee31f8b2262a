import Synchronization

/// What searches of a snapshot have found out about the scopes that were used last.
final class KnownSelections: Sendable {
    private static let capacity = 16

    private let known = Mutex<[(scope: SearchScope, selections: SearchSelections)]>([])

    func selections(
        _ scope: SearchScope,
        in snapshot: Snapshot
    ) throws(StoreError) -> SearchSelections {
        // Lists of keys and rows are as a rule one query's own.
        guard scope.keys == nil, scope.excludedKeys.isEmpty, scope.rows == nil,
            scope.rowRanges == nil
        else { return try SearchSelections(scope, in: snapshot) }
        let found = known.withLock { known -> SearchSelections? in
            guard let place = known.firstIndex(where: { $0.scope == scope }) else { return nil }
            let entry = known.remove(at: place)
            known.append(entry)
            return entry.selections
        }
        if let found { return found }
        let made = try SearchSelections(scope, in: snapshot)
        known.withLock { known in
            if known.count == Self.capacity { known.removeFirst() }
            known.append((scope, made))
        }
        return made
    }
}
