import Synchronization
import Threads

/// What `body` gives for 0 … `count` − 1, in that order, from up to `threadCount` threads, each of which takes the next number when it
/// is done with one.
///
/// After an error no further number is taken. The first error is the one that is thrown.
///
/// - Parameter body: `isOver` says that another one has failed, so that what it does is for nothing.
func concurrentResults<Result: Sendable>(
    _ count: Int,
    threadCount: Int,
    _ body: @Sendable (_ index: Int, _ isOver: () -> Bool) throws(StoreError) -> Result
) throws(StoreError) -> [Result] {
    let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
    let failure = Mutex<StoreError?>(nil)
    let next = Atomic<Int>(0)
    concurrently(min(max(1, threadCount), count)) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count, failure.withLock({ $0 == nil }) else { return }
            do throws(StoreError) {
                let result = try body(index) { failure.withLock { $0 != nil } }
                results.withLock { $0[index] = result }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return results.withLock { $0.compactMap { $0 } }
}
