/// The memory that a graph search works in. One search at a time may use it; the next one, over any graph,
/// finds it warm and allocates nothing.
public struct GraphSearchScratch: Sendable {
    /// Rows met so far, a bit each: for a segment of 2^20 rows 128 KiB, which is cleared in about 3 µs.
    var visited: [UInt64] = []
    /// Rows met but not yet expanded, nearest first.
    var candidates = CandidateHeap()
    /// The efSearch nearest live rows so far, reversed so that the farthest is at the top.
    var results = CandidateHeap()
    /// The links of the row being expanded that were not met before, and their distances.
    var rows: [UInt32] = []
    var distances: [Float] = []

    /// Empty; it grows at its first search.
    public init() {}

    mutating func prepare(for format: GraphFormat, efSearch: Int) {
        let words = (format.rowCount + 63) / 64
        visited.removeAll(keepingCapacity: true)
        visited.append(contentsOf: repeatElement(0, count: words))
        candidates.removeAll()
        results.removeAll()
        results.reserve(efSearch)
        let width = format.baseWidth
        if rows.count < width {
            rows = [UInt32](repeating: 0, count: width)
            distances = [Float](repeating: 0, count: width)
        }
    }

    static func byteCount(rowCount: Int, efSearch: Int) -> Int {
        // The visited bits; the results and about as many candidates again as a walk usually keeps.
        (rowCount + 63) / 64 * 8 + efSearch * 8 * 9
    }
}
