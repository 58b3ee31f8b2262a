/// What changes with each commit of a collection (`states`); what a reader compares to know whether it is current.
struct CollectionState: Sendable, Hashable {
    /// The collection's last commit.
    var commit: UInt64 = 0
    /// Grows whenever segments, their indexes, or the tail's beginning change: a cached snapshot with another number
    /// is loaded anew, one with the same number only takes the commits behind its own.
    var layout: UInt64 = 0
    /// Bytes of the tail's documents and rows, long texts included.
    var tailByteCount: UInt64 = 0
    /// What a cache has done; the record ends before it where that is nothing.
    var cache = CacheCounters()

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(commit)
        writer.integer(layout)
        writer.integer(tailByteCount)
        if cache != CacheCounters() {
            writer.integer(cache.hits)
            writer.integer(cache.misses)
            writer.integer(cache.evictions)
        }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> CollectionState
    {
        var reader = ByteReader(bytes)
        var state = CollectionState(
            commit: try reader.integer(),
            layout: try reader.integer(),
            tailByteCount: try reader.integer()
        )
        if reader.remainingCount > 0 {
            state.cache = CacheCounters(
                hits: try reader.integer(),
                misses: try reader.integer(),
                evictions: try reader.integer()
            )
        }
        try reader.end()
        return state
    }
}
