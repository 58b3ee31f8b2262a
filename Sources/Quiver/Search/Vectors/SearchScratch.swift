import Indexes
import Synchronization

/// Working memory of graph walks, kept from one search to the next: one for each search that runs at once.
final class SearchScratch: Sendable {
    private let free = Mutex<[GraphSearchScratch]>([])

    /// Runs `body` with a scratch of its own.
    func withOne<Result>(
        _ body: (inout GraphSearchScratch) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        var scratch = free.withLock { $0.popLast() } ?? GraphSearchScratch()
        defer {
            let done = scratch
            free.withLock { $0.append(done) }
        }
        return try body(&scratch)
    }
}
