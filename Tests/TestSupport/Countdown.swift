import Synchronization

/// Says yes a number of times, from any thread.
public final class Countdown: Sendable {
    private let left: Atomic<Int>

    /// Yes `count` times.
    public init(_ count: Int) {
        left = Atomic(count)
    }

    /// Whether it is one of the times.
    public func next() -> Bool {
        left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0
    }
}
