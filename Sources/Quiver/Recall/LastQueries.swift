/// What is remembered of the last few thousand queries, each known by a checksum of its numbers.
struct LastQueries: Sendable {
    struct Query: Sendable {
        /// What it was searched by.
        var basis: RecallBasis?
        /// Whether the monitor has heard of it.
        var isObserved = false
        /// Whether it was to be kept.
        var isOffered = false
    }

    private static let capacity = 4_096

    private var queries: [UInt64: Query] = [:]
    private var marks: [UInt64] = []
    /// The place of the oldest, once there is no room for more.
    private var oldest = 0

    subscript(mark: UInt64) -> Query? {
        get { queries[mark] }
        set {
            if queries[mark] == nil, newValue != nil { add(mark) }
            queries[mark] = newValue
        }
    }

    private mutating func add(_ mark: UInt64) {
        guard marks.count == Self.capacity else { return marks.append(mark) }
        queries[marks[oldest]] = nil
        marks[oldest] = mark
        oldest = (oldest + 1) % Self.capacity
    }
}
