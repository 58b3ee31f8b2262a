import Synchronization

/// How many queries of a measurement are done, told from the threads that work, one at a time.
final class QueryProgress: Sendable {
    private let completed = Atomic<Int>(0)
    private let total: Int
    private let stopped = Atomic<Bool>(false)
    private let telling = Mutex<Void>(())
    private let handler: @Sendable (Progress) -> Bool

    init(total: Int, _ handler: @escaping @Sendable (Progress) -> Bool) {
        self.total = total
        self.handler = handler
    }

    /// Whether nobody wants the measurement any more.
    var isCancelled: Bool { stopped.load(ordering: .relaxed) }

    /// - Throws: `cancelled`.
    func tell(_ count: Int) throws(StoreError) {
        let completed = completed.wrappingAdd(count, ordering: .relaxed).newValue
        let goesOn = telling.withLock { _ in
            // Who has said no is not asked again.
            guard !isCancelled else { return false }
            let now = Progress(
                stage: .calibrating,
                completed: completed,
                total: max(completed, total)
            )
            let goesOn = handler(now)
            stopped.store(!goesOn, ordering: .relaxed)
            return goesOn
        }
        guard goesOn else { throw .cancelled }
    }
}
