import Synchronization

/// The sizes of calls, in order, from any thread.
final class Calls: Sendable {
    private let list = Mutex<[Int]>([])

    func append(_ count: Int) {
        list.withLock { $0.append(count) }
    }

    var counts: [Int] { list.withLock { $0 } }
}
