/// How much a compaction takes on, and with what.
public struct CompactionOptions: Sendable {
    /// Which segments are written anew.
    public enum Extent: Sendable, Hashable {
        /// Those of which a third or more is dead, and small ones that are enough to be worth a merge: what `maintain` does.
        case worthwhile
        /// Every one in which something is dead, updated or dropped, every one that is small, and every one that lacks an index and
        /// is too large for the memory that building it takes.
        case everything
    }

    /// Which segments are written anew.
    public var extent: Extent
    /// Anonymous memory, the building of indexes included: segments are made as large as it allows. At least
    /// `minimumMemoryByteCount`. The tail, which every process that opens the store has in memory, comes on top until it is
    /// sealed. Indexes by a FAISS factory string can need more than is foreseen.
    public var memoryByteCount: Int
    /// Documents that a new segment has at most, if memory allows more.
    public var maximumSegmentDocumentCount: Int
    /// Threads that may work at once, the caller's included.
    public var threadCount: Int

    /// Options.
    public init(
        extent: Extent = .everything,
        memoryByteCount: Int = 256 << 20,
        maximumSegmentDocumentCount: Int = .max,
        threadCount: Int = 1
    ) {
        self.extent = extent
        self.memoryByteCount = memoryByteCount
        self.maximumSegmentDocumentCount = maximumSegmentDocumentCount
        self.threadCount = threadCount
    }

    /// Less memory than this is refused.
    public static let minimumMemoryByteCount = 16 << 20
}

/// What a compaction did.
public struct CompactionSummary: Sendable, Equatable {
    /// Segments that are gone.
    public internal(set) var removedSegmentCount = 0
    /// Segments that took their place.
    public internal(set) var addedSegmentCount = 0
    /// Documents that were copied.
    public internal(set) var documentCount = 0
    /// Bytes of files that were written, indexes included.
    public internal(set) var writtenByteCount = 0
}
