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
    /// Only the live rows are computed: where they are few, or lie further apart than there is room for the rows between.
    private var isSparse = false
    private var distances: [Float]

    init(capacity: Int) {
        distances = [Float](repeating: 0, count: capacity * Self.batchCount)
    }

    /// Makes the block the rows of `range`.
    mutating func select(_ range: Range<Int>, excluding dead: RowSet?) {
        self.range = range
        self.dead = nil
        isSparse = false
        live.removeAll(keepingCapacity: true)
        guard let dead, dead.count > 0 else { return }
        _ = collect(range, excluding: dead, atMost: range.count)
        if live.count < range.count { self.dead = dead }
        isSparse = live.count < range.count / 2
    }

    /// Makes the block the first rows of `range` that are not dead, as many as it has room for, however far apart.
    ///
    /// - Returns: the row behind the last that was looked at.
    mutating func selectLive(_ range: Range<Int>, excluding dead: RowSet) -> Int {
        live.removeAll(keepingCapacity: true)
        self.dead = dead
        isSparse = true
        let end = collect(range, excluding: dead, atMost: distances.count / Self.batchCount)
        self.range = range.lowerBound..<end
        return end
    }

    /// Makes the block these rows, which are no more than it has room for.
    mutating func select(_ listed: ArraySlice<UInt32>) {
        live = Array(listed)
        dead = nil
        isSparse = true
    }

    /// Appends the rows of `range` that are not dead to `live`, a word of the set at a time.
    private mutating func collect(
        _ range: Range<Int>,
        excluding dead: RowSet,
        atMost limit: Int
    ) -> Int {
        var row = range.lowerBound
        while row < range.upperBound {
            let word = row >> 6
            let dead = word < dead.words.count ? dead.words[word] : 0
            var bits = ~dead & (UInt64.max << UInt64(row & 63))
            let next = min((word + 1) << 6, range.upperBound)
            if next & 63 != 0 { bits &= 1 << UInt64(next & 63) - 1 }
            while bits != 0 {
                let found = word << 6 + bits.trailingZeroBitCount
                if live.count == limit { return found }
                live.append(UInt32(found))
                bits &= bits - 1
            }
            row = next
        }
        return range.upperBound
    }

    /// Offers the live rows to each query's collector.
    mutating func offer(_ rows: Rows, to queries: QueryBatch, into nearest: inout [Nearest]) {
        if isSparse {
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
