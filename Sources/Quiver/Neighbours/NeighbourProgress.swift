import Synchronization

/// How far the work is, told to whoever asked for it, who may end it. From all threads, one at a time.
final class NeighbourProgress: Sendable {
    private struct State {
        var completed = 0
        var total = 0
        var isEnded = false
    }

    private let tell: @Sendable (_ completed: Int, _ total: Int) -> Bool
    private let state = Mutex(State())

    init(_ tell: @escaping @Sendable (_ completed: Int, _ total: Int) -> Bool) {
        self.tell = tell
    }

    /// Tells where the work is; `true` if it is to end, now and from then on.
    var isEnded: Bool {
        state.withLock { state in
            if !state.isEnded { state.isEnded = !tell(state.completed, state.total) }
            return state.isEnded
        }
    }

    func begin(_ completed: Int, of total: Int) {
        state.withLock { $0 = State(completed: completed, total: total) }
    }

    func add(_ count: Int) {
        state.withLock { $0.completed += count }
    }
}
