/// Whose nearest rows `Snapshot.writeNeighbours` looks for, and how.
public struct NeighbourRequest: Sendable {
    /// The vectors whose neighbours are looked for.
    public enum Queries: Sendable {
        /// Each live row of the vector field. Rows of one document are no neighbours of each other.
        case ownRows
        /// Vectors from elsewhere.
        ///
        /// - Parameters:
        ///   - name: tells them from others when the work goes on; what makes them another list, such as a path and a time.
        ///   - read: the numbers of some of them, `[range.count × dimension]`; called for one range after the other.
        case vectors(
            name: String,
            count: Int,
            read: @Sendable (_ range: Range<Int>) throws(StoreError) -> [Float]
        )
    }

    /// `nil` stands for the only one.
    public var vectorField: String?
    /// How many neighbours of each, at least 1.
    public var k: Int
    /// Whose.
    public var queries: Queries
    /// Documents that take part: as neighbours, and their rows as queries where these are the collection's own.
    public var filter: Filter?
    /// Whether indexes may be used.
    public var mode: SearchRequest.Mode
    /// Candidates that a walk through a graph keeps.
    public var efSearch: Int?
    /// Lists of an inverted file that are visited.
    public var nprobe: Int?
    /// Candidates a neighbour that an index of codes finds.
    public var candidateFactor: Double?
    /// Anonymous memory for the queries that are answered before their neighbours are written; at least `minimumMemoryByteCount`.
    public var memoryByteCount: Int
    /// Threads that may work at once, the caller's included.
    public var threadCount: Int

    /// The least that `memoryByteCount` may be.
    public static let minimumMemoryByteCount = 1 << 20

    /// A request.
    public init(
        k: Int,
        of queries: Queries = .ownRows,
        vectorField: String? = nil,
        filter: Filter? = nil,
        mode: SearchRequest.Mode = .automatic,
        memoryByteCount: Int = 64 << 20,
        threadCount: Int = 1
    ) {
        self.k = k
        self.queries = queries
        self.vectorField = vectorField
        self.filter = filter
        self.mode = mode
        self.memoryByteCount = memoryByteCount
        self.threadCount = threadCount
    }
}

/// What `Snapshot.writeNeighbours` did.
public struct NeighbourSummary: Sendable, Hashable {
    /// Queries of the file.
    public var queryCount: Int
    /// Those that an earlier call had answered.
    public var resumedCount: Int
}
