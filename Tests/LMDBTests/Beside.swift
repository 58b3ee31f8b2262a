import Foundation
import Synchronization

/// Work in a thread of its own, while the test waits for a child process. An exit test blocks the thread that awaits
/// it, and the tasks' threads are few: a task beside it might never get one.
final class Beside: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)
    private let end = DispatchSemaphore(value: 0)

    init(_ body: @escaping () throws -> Void) {
        // Only that thread runs it, once.
        nonisolated(unsafe) let body = body
        Thread.detachNewThread {
            let result = Result { try body() }
            self.result.withLock { $0 = result }
            self.end.signal()
        }
    }

    /// Waits for the end of the work, and throws its error.
    func finish() throws {
        end.wait()
        try result.withLock { $0 }?.get()
    }
}
