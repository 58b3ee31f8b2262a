/// Whose nearest rows `Snapshot.writeNeighbours` looks for, and how. Checked when it is run, not before.
public struct NeighbourRequest: Sendable {
    /// The vectors whose neighbours are looked for.
    public enum Queries: Sendable {
        /// Each row of the vector field, by its number. Rows of one document are no neighbours of each other.
        case ownRows
        /// Vectors from elsewhere.
        ///
        /// - Parameters:
        ///   - name: tells them from others when the work goes on: what makes them another list, such as a path and a time, or a
        ///     checksum.
        ///   - count: how many there are.
        ///   - read: the numbers of some of them, `[range.count × dimension]`, row-major; called for one range after the other,
        ///     in ascending order, by the thread that writes.
        case vectors(
            name: String,
            count: Int,
            read: @Sendable (_ range: Range<Int>) throws(StoreError) -> [Float]
        )

        /// Vectors from elsewhere that a checksum of their numbers tells from others. Reads all of them once, some at a time.
        ///
        /// - Parameters:
        ///   - count: how many there are.
        ///   - read: as that of `vectors`.
        /// - Throws: what `read` throws.
        public static func checksummed(
            count: Int,
            read: @escaping @Sendable (_ range: Range<Int>) throws(StoreError) -> [Float]
        ) throws(StoreError) -> Queries {
            var sum: UInt64 = 0
            for first in stride(from: 0, to: count, by: 256) {
                let numbers = try read(first..<min(count, first + 256))
                sum = numbers.withBytes { checksum($0, seed: sum) }
            }
            return .vectors(name: String(sum, radix: 16), count: count, read: read)
        }
    }

    /// `nil` stands for the only one.
    public var vectorField: String?
    /// How many neighbours of each: 1 to `SearchRequest.maximumCandidateCount`.
    public var k: Int
    /// Whose.
    public var queries: Queries
    /// Documents that take part: as neighbours, and their rows as queries where these are the collection's own.
    public var filter: Filter?
    /// Whether indexes may be used.
    public var mode: SearchRequest.Mode
    /// Candidates that a walk through a graph keeps; `nil` is the default, as in the next two. What the index does not have is
    /// refused, as by a search.
    public var efSearch: Int?
    /// Lists of an inverted file that are visited.
    public var nprobe: Int?
    /// Candidates a neighbour that an index of codes finds.
    public var candidateFactor: Double?
    /// Which of `shardCount` shares of the queries is answered, from 0 on. The files of all shares, one behind the other, have the
    /// records of the file of all queries.
    public var shard: Int
    /// Into how many shares the queries are cut: ranges in their order, as long as one another, to one query.
    public var shardCount: Int
    /// Anonymous memory in bytes for what threads search with and for queries that are answered before their neighbours are
    /// written; at least `minimumMemoryByteCount`, more for a large `k`. Fewer threads work than might if it is little.
    public var memoryByteCount: Int
    /// Threads that may work at once, the caller's included.
    public var threadCount: Int

    /// The least that `memoryByteCount` may be.
    public static let minimumMemoryByteCount = 1 << 20

    /// A request for the `k` nearest of each query.
    public init(
        k: Int,
        of queries: Queries = .ownRows,
        vectorField: String? = nil,
        filter: Filter? = nil,
        mode: SearchRequest.Mode = .automatic,
        shard: Int = 0,
        shardCount: Int = 1,
        memoryByteCount: Int = 64 << 20,
        threadCount: Int = 1
    ) {
        self.k = k
        self.queries = queries
        self.vectorField = vectorField
        self.filter = filter
        self.mode = mode
        self.shard = shard
        self.shardCount = shardCount
        self.memoryByteCount = memoryByteCount
        self.threadCount = threadCount
    }
}

/// What `Snapshot.writeNeighbours` did.
public struct NeighbourSummary: Sendable, Hashable {
    /// The numbers of the queries whose neighbours the file has: record i is of query `queries.lowerBound + i`.
    public var queries: Range<Int>
    /// How many of them an earlier call had answered.
    public var resumedCount: Int
}

extension NeighbourRequest {
    /// The share of `count` queries that is answered.
    func share(of count: Int) throws(StoreError) -> Range<Int> {
        guard shardCount >= 1, (0..<shardCount).contains(shard) else {
            throw .invalidSearch(reason: "shard \(shard) of \(shardCount) is none")
        }
        func start(_ shard: Int) -> Int {
            count / shardCount * shard + min(shard, count % shardCount)
        }
        return start(shard)..<start(shard + 1)
    }

    /// The same question to a search, without its queries.
    var search: SearchRequest {
        var search = SearchRequest([], contents: [])
        // Every shard is searched alike, whatever was searched before.
        search.followsCollection = false
        search.k = k
        search.vectorField = vectorField
        search.mode = mode
        search.efSearch = efSearch
        search.nprobe = nprobe
        search.candidateFactor = candidateFactor
        search.scope.filter = filter
        return search
    }
}
