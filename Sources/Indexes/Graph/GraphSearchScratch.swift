internal import CKernels

/// The memory that a graph search works in. One search at a time may use it; the next one, over any graph,
/// finds it warm and allocates nothing. A copy is a scratch of its own.
public struct GraphSearchScratch: Sendable {
    private var memory = WalkMemory()

    /// Empty; it grows at its first search.
    public init() {}

    /// Memory for a walk of `graph`, which no other scratch uses.
    mutating func reserve(
        for graph: qk_graph,
        efSearch: Int,
        excluding: Bool
    ) -> UnsafeMutablePointer<qk_walk_scratch> {
        if !isKnownUniquelyReferenced(&memory) { memory = WalkMemory() }
        let isThere = withUnsafePointer(to: graph) {
            qk_walk_reserve(memory.pointer, $0, efSearch, excluding)
        }
        // As where Swift's own arrays find no memory.
        precondition(isThere, "out of memory")
        return memory.pointer
    }

    static func byteCount(rowCount: Int, efSearch: Int) -> Int {
        // The rows met, a bit each, and a few of them by number; the results.
        let words = (rowCount + 63) / 64
        return words * 8 + words / 8 * 4 + efSearch * 8
    }
}

/// The walk's own memory. It has one owner at a time, who passes it on only as a whole: hence `Sendable`.
private final class WalkMemory: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<qk_walk_scratch>.allocate(capacity: 1)

    init() {
        pointer.initialize(to: qk_walk_scratch())
    }

    deinit {
        qk_walk_release(pointer)
        pointer.deallocate()
    }
}
