import Indexes

/// When a search ends before it is done.
struct SearchLimits: Sendable {
    let deadline: ContinuousClock.Instant?
    let isCancelled: (@Sendable () -> Bool)?

    /// Whether it is to end now.
    var isOver: Bool {
        if let isCancelled, isCancelled() { return true }
        guard let deadline else { return false }
        return ContinuousClock.now >= deadline
    }

    /// Why it ends.
    var reason: StoreError {
        if let isCancelled, isCancelled() { return .cancelled }
        return deadline == nil ? .cancelled : .deadlineExceeded
    }

    func check() throws(StoreError) {
        if isOver { throw reason }
    }

    /// Runs what is asked whether it is over, with the store's errors.
    func running<Result>(_ body: () throws(IndexError) -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch .cancelled {
            throw reason
        } catch {
            throw .index(error)
        }
    }
}
