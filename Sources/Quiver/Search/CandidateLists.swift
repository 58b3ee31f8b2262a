import Indexes

/// A document that may be among the nearest.
struct Candidate: Sendable {
    let distance: Float
    let location: Snapshot.Location
}

/// For each query of a batch, the nearest documents of the parts of a snapshot that have been searched so far.
struct CandidateLists {
    private let count: Int
    private var lists: [[Candidate]]

    /// - Parameter count: how many are wanted of each query.
    init(queryCount: Int, count: Int) {
        self.count = count
        lists = Array(repeating: [], count: queryCount)
    }

    /// Adds what one part gave, nearest first, ties in the order of keys.
    mutating func append(
        _ found: [Neighbour],
        of query: Int,
        location: (_ ordinal: Int) -> Snapshot.Location
    ) {
        for neighbour in found {
            lists[query].append(
                Candidate(distance: neighbour.distance, location: location(Int(neighbour.row)))
            )
        }
        // Many small parts must not pile up: keep what can still be among the nearest, all ties included.
        if lists[query].count > 4 * count + 1_024 { prune(query) }
    }

    private mutating func prune(_ query: Int) {
        lists[query].sort { $0.distance < $1.distance }
        guard count > 0, lists[query].count > count else { return }
        let bound = lists[query][count - 1].distance
        let end = lists[query].firstIndex { $0.distance > bound } ?? lists[query].count
        lists[query].removeSubrange(end...)
    }

    /// The nearest of a query, nearest first, ties by key.
    mutating func nearest(of query: Int, in snapshot: Snapshot) throws(StoreError) -> [Candidate] {
        prune(query)
        var sorted = lists[query]
        var start = 0
        while start < min(count, sorted.count) {
            var end = start + 1
            while end < sorted.count, sorted[end].distance == sorted[start].distance { end += 1 }
            if end - start > 1 {
                var keyed: [(key: Key, candidate: Candidate)] = []
                for candidate in sorted[start..<end] {
                    keyed.append((try snapshot.key(at: candidate.location), candidate))
                }
                keyed.sort { $0.key < $1.key }
                sorted.replaceSubrange(start..<end, with: keyed.map(\.candidate))
            }
            start = end
        }
        return Array(sorted.prefix(count))
    }
}
