/// What makes a collection a cache: what it holds may be forgotten, the least recently used first (`Cache`).
public struct CacheSettings: Sendable, Hashable {
    /// Bytes of entries that are kept: keys, texts, metadata and vectors as they are stored.
    public var byteLimit: Int

    /// A cache of so many bytes.
    public init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    /// The metadata fields that a cache has for itself: the model that an entry is of, and when it was last used.
    static let modelField = "cache.model"
    static let usedField = "cache.used"

    static let minimumByteLimit = 1 << 16
}

/// What a cache has done since it was made.
public struct CacheCounters: Sendable, Hashable {
    /// Entries that were found.
    public var hits: UInt64 = 0
    /// Entries that were asked for and not there, or of another model.
    public var misses: UInt64 = 0
    /// Entries that had to go for others.
    public var evictions: UInt64 = 0

    static func += (left: inout CacheCounters, right: CacheCounters) {
        left.hits &+= right.hits
        left.misses &+= right.misses
        left.evictions &+= right.evictions
    }
}
