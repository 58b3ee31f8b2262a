internal import CKernels

/// The rows of one block of a scan, and room for their distances.
///
/// Where most rows of a block are dead only the live ones are computed, by number; a row's distance is the
/// same either way.
struct ExactBlock {
    /// Queries whose distances are held at a time.
    private static let batchCount = 8

    private var range = 0..<0
    private var dead: RowSet?
    private var live: [UInt32] = []
    private var distances: [Float]

    init(capacity: Int) {
        distances = [Float](repeating: 0, count: capacity * Self.batchCount)
    }

    /// Makes the block the rows of `range`.
    mutating func select(_ range: Range<Int>, excluding dead: RowSet?) {
        self.range = range
        self.dead = nil
        live.removeAll(keepingCapacity: true)
        guard let dead, dead.count > 0 else { return }
        for row in range where !dead.contains(UInt32(row)) { live.append(UInt32(row)) }
        if live.count < range.count { self.dead = dead }
    }

    /// Offers the live rows to each query's collector.
    mutating func offer(_ rows: Rows, to queries: QueryBatch, into nearest: inout [Nearest]) {
        if dead != nil, live.count < range.count / 2 {
            for query in 0..<queries.count { offerLive(rows, to: queries, query, &nearest[query]) }
            return
        }
        var first = 0
        while first < queries.count {
            let count = min(Self.batchCount, queries.count - first)
            offerAll(rows, to: queries, first..<first + count, &nearest)
            first += count
        }
    }

    private mutating func offerAll(
        _ rows: Rows,
        to queries: QueryBatch,
        _ members: Range<Int>,
        _ nearest: inout [Nearest]
    ) {
        let dead = dead
        let range = range
        distances.withUnsafeMutableBufferPointer { distances in
            queries.vectors.withUnsafeBufferPointer { vectors in
                queries.norms.withUnsafeBufferPointer { norms in
                    guard let vectors = vectors.baseAddress, let norms = norms.baseAddress else {
                        return
                    }
                    withUnsafePointer(to: rows.view) { view in
                        qk_distances_batch(
                            view,
                            vectors + members.lowerBound * queries.dimension,
                            norms + members.lowerBound,
                            members.count,
                            UInt64(range.lowerBound),
                            range.count,
                            distances.baseAddress
                        )
                    }
                }
            }
            var place = 0
            for query in members {
                var bound = nearest[query].bound
                for row in range {
                    let distance = distances[place]
                    place += 1
                    if distance > bound { continue }
                    if let dead, dead.contains(UInt32(row)) { continue }
                    nearest[query].insert(distance: distance, row: UInt32(row))
                    bound = nearest[query].bound
                }
            }
        }
    }

    private mutating func offerLive(
        _ rows: Rows,
        to queries: QueryBatch,
        _ query: Int,
        _ nearest: inout Nearest
    ) {
        let live = live
        distances.withUnsafeMutableBufferPointer { distances in
            queries.vectors.withUnsafeBufferPointer { vectors in
                guard let vectors = vectors.baseAddress else { return }
                withUnsafePointer(to: rows.view) { view in
                    qk_distances(
                        view,
                        vectors + query * queries.dimension,
                        queries.norms[query],
                        live,
                        live.count,
                        distances.baseAddress
                    )
                }
            }
            for place in live.indices {
                nearest.insert(distance: distances[place], row: live[place])
            }
        }
    }
}
