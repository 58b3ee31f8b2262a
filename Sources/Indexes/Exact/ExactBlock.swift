internal import CKernels

/// The rows of one block of a scan, and room for their distances.
///
/// Where most rows of a block are dead only the live ones are computed, by number; a row's distance is the
/// same either way.
struct ExactBlock {
    private var range = 0..<0
    private var liveCount = 0
    private var live: [UInt32] = []
    private var distances: [Float]

    init(capacity: Int) {
        distances = [Float](repeating: 0, count: capacity)
    }

    /// Makes the block the live rows of `range`.
    mutating func select(_ range: Range<Int>, excluding dead: RowSet?) {
        self.range = range
        liveCount = range.count
        guard let dead, dead.count > 0 else { return }
        live.removeAll(keepingCapacity: true)
        for row in range where !dead.contains(UInt32(row)) { live.append(UInt32(row)) }
        liveCount = live.count
    }

    mutating func offer(_ rows: Rows, query: Query, to nearest: inout Nearest) {
        if liveCount == 0 { return }
        if liveCount == range.count {
            distances.withUnsafeMutableBufferPointer { distances in
                withUnsafePointer(to: rows.view) { view in
                    qk_distances_range(
                        view,
                        query.vector,
                        query.norm,
                        UInt64(range.lowerBound),
                        range.count,
                        distances.baseAddress
                    )
                }
                var bound = nearest.bound
                for place in 0..<range.count where distances[place] <= bound {
                    nearest.insert(
                        distance: distances[place],
                        row: UInt32(range.lowerBound + place)
                    )
                    bound = nearest.bound
                }
            }
        } else {
            distances.withUnsafeMutableBufferPointer { distances in
                withUnsafePointer(to: rows.view) { view in
                    qk_distances(
                        view,
                        query.vector,
                        query.norm,
                        live,
                        live.count,
                        distances.baseAddress
                    )
                }
                for place in 0..<live.count {
                    nearest.insert(distance: distances[place], row: live[place])
                }
            }
        }
    }
}
