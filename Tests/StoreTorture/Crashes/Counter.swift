import Synchronization

/// Numbers that several threads take in turn.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    /// 0, 1, 2, …
    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// How many have been taken.
    func peek() -> Int { value.load(ordering: .relaxed) }
}
