/// A row that a search found, and how far it is.
public struct Neighbour: Sendable, Equatable {
    /// The row's number among the rows searched.
    public let row: UInt32
    /// The distance, smaller is nearer (`Metric.score(fromDistance:)` makes the score of it).
    public let distance: Float

    /// A row at a distance.
    public init(row: UInt32, distance: Float) {
        self.row = row
        self.distance = distance
    }
}

/// The `k` nearest rows of all that were inserted; of equally near rows those with smaller numbers.
///
/// A bounded heap: an insertion that is too far costs one comparison, another O(log k).
public struct Nearest: Sendable {
    /// The most rows kept.
    public let k: Int
    // The farthest at the top, so every candidate is held reversed.
    private var heap = CandidateHeap()

    /// Keeps the `k` nearest; none if `k` is 0 or less.
    public init(k: Int) {
        self.k = max(0, k)
        heap.reserve(min(self.k, 1024))
    }

    /// The rows held so far, `k` at most.
    public var count: Int { heap.count }

    /// A row farther than this cannot enter; a row as far may, by its smaller number. Infinite until `k`
    /// rows are held.
    public var bound: Float {
        guard heap.count == k, let farthest = heap.top else { return .infinity }
        return farthest.reversed.distance
    }

    /// Offers a row. The same row must not be offered twice.
    public mutating func insert(distance: Float, row: UInt32) {
        insert(Candidate(distance: distance, row: row))
    }

    /// Forgets the rows and keeps the memory.
    public mutating func removeAll() {
        heap.removeAll()
    }

    /// The rows held, nearest first. O(k log k).
    public func sorted() -> [Neighbour] {
        heap.items.sorted(by: >).map {
            Neighbour(row: $0.reversed.row, distance: $0.reversed.distance)
        }
    }

    @inline(__always)
    mutating func insert(_ candidate: Candidate) {
        if heap.count < k {
            heap.push(candidate.reversed)
        } else if let farthest = heap.top, candidate < farthest.reversed {
            heap.replaceTop(with: candidate.reversed)
        }
    }
}
