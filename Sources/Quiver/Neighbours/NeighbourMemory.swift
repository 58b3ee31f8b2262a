import Indexes

/// How the memory of a request is shared out: half to the threads that search, half to what is found until it is written.
struct NeighbourMemory: Sendable, Equatable {
    /// The most queries that are compared with a block of rows while it is in a core's cache.
    static let maximumBatchCount = 16

    /// Threads that work at once.
    let threadCount: Int
    /// Queries that one thread answers at a time.
    let batchCount: Int
    /// Queries that are answered before their neighbours are written.
    let stretchCount: Int

    /// - Throws: `tooLittleMemory` if one thread cannot answer one query.
    init(
        _ request: NeighbourRequest,
        candidates: CandidateDemand,
        dimension: Int,
        usesIndexes: Bool,
        scratchByteCount: Int
    ) throws(StoreError) {
        let half = request.memoryByteCount / 2
        let queryByteCount = candidates.byteCount + 12 * dimension + 12 * request.k
        let least = scratchByteCount + queryByteCount
        guard request.memoryByteCount >= NeighbourRequest.minimumMemoryByteCount, least <= half
        else {
            throw .tooLittleMemory(
                found: request.memoryByteCount,
                minimum: max(NeighbourRequest.minimumMemoryByteCount, 2 * least)
            )
        }
        threadCount = min(max(1, request.threadCount), half / least)
        batchCount =
            usesIndexes
            ? 1
            : min(Self.maximumBatchCount, (half / threadCount - scratchByteCount) / queryByteCount)
        // The vector as it is read and as numbers, where it is given; the record, alone and in the array of all; their headers.
        let given = if case .vectors = request.queries { 12 * dimension } else { 0 }
        stretchCount = max(1, min(1 << 16, half / (given + 2 * 12 * request.k + 96)))
    }
}

/// The candidates of one query at most.
struct CandidateDemand: Sendable {
    /// Neighbours that are looked for.
    let count: Int
    /// The rows of each part of the snapshot, as they are searched: those of a segment together, those of the tail by blocks.
    let rowCounts: [Int]

    var byteCount: Int {
        // What all parts give, or as much as is kept before the list is pruned, while the list that is sorted is copied and the next
        // grows; and the heap of one part.
        let all = rowCounts.reduce(0) { $0 + min(count, $1) }
        let held = min(all, 5 * count + 1_024)
        return 3 * held * MemoryLayout<Candidate>.stride + 16 * min(count, rowCounts.max() ?? 0)
    }
}
