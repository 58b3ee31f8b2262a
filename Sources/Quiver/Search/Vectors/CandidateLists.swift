import Indexes

/// A row, or a document, that may be among the best.
struct Candidate: Sendable {
    /// The smaller the better: of what has scores that grow, these negated.
    let distance: Float
    let location: CollectionView.Location
    /// As its segment or commit numbers it; `noRow` where documents are looked for.
    let row: Int
    /// The place in its query of the source whose vector field the row is of.
    let source: Int

    static let noRow = -1

    init(distance: Float, location: CollectionView.Location, row: Int, source: Int = 0) {
        self.distance = distance
        self.location = location
        self.row = row
        self.source = source
    }
}

/// For each query of a batch, the nearest rows of the parts of a snapshot that have been searched so far.
struct CandidateLists {
    private let count: Int
    private var lists: [[Candidate]]

    /// - Parameter count: how many are wanted of each query.
    init(queryCount: Int, count: Int) {
        self.count = count
        lists = Array(repeating: [], count: queryCount)
    }

    /// Adds what one part gave, nearest first, ties in the order of rows.
    ///
    /// - Parameter firstRow: the part's first row; the neighbours count from it.
    mutating func append(
        _ found: [Neighbour],
        firstRow: Int = 0,
        of query: Int,
        location: (_ row: Int) throws(StoreError) -> CollectionView.Location
    ) throws(StoreError) {
        for neighbour in found {
            let row = firstRow + Int(neighbour.row)
            lists[query].append(
                Candidate(
                    distance: neighbour.distance,
                    location: try location(row),
                    row: row
                )
            )
        }
        // Many small parts must not pile up: keep what can still be among the nearest, all ties included.
        if lists[query].count > 4 * count + 1_024 { prune(query) }
    }

    /// Adds a candidate of the only query.
    mutating func append(_ candidate: Candidate) {
        lists[0].append(candidate)
        if lists[0].count > 4 * count + 1_024 { prune(0) }
    }

    private mutating func prune(_ query: Int) {
        lists[query].sort { $0.distance < $1.distance }
        guard count > 0, lists[query].count > count else { return }
        let bound = lists[query][count - 1].distance
        let end = lists[query].firstIndex { $0.distance > bound } ?? lists[query].count
        lists[query].removeSubrange(end...)
    }

    /// The nearest of a query, nearest first, ties by key, then row.
    mutating func nearest(
        of query: Int,
        in view: CollectionView
    ) throws(StoreError) -> [Candidate] {
        prune(query)
        var sorted = lists[query]
        var start = 0
        while start < min(count, sorted.count) {
            var end = start + 1
            while end < sorted.count, sorted[end].distance == sorted[start].distance { end += 1 }
            if end - start > 1 {
                var keyed: [(key: Key, candidate: Candidate)] = []
                for candidate in sorted[start..<end] {
                    keyed.append((try view.key(at: candidate.location), candidate))
                }
                // Live rows of one key lie in one place, so that their numbers are in the order of the document's rows.
                keyed.sort { ($0.key, $0.candidate.row) < ($1.key, $1.candidate.row) }
                sorted.replaceSubrange(start..<end, with: keyed.map(\.candidate))
            }
            start = end
        }
        return Array(sorted.prefix(count))
    }
}
