import CQuiverABI
import Quiver
import Synchronization

/// A C caller's function that hears of long work.
final class ProgressCallback: Sendable {
    // Work on several threads tells of itself from each, and C callers hear one at a time.
    private let turn = Mutex(())
    private let function: qv_progress?
    // The caller's own, handed back to the caller's own callback; never looked into.
    private nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    init(_ function: qv_progress?, context: UnsafeMutableRawPointer?) {
        self.function = function
        self.context = context
    }

    @Sendable func goesOn(_ progress: Progress) -> Bool {
        guard let function else { return true }
        return turn.withLock { _ in
            function(
                context,
                UInt64(clamping: progress.completed),
                UInt64(clamping: progress.total)
            ) == 0
        }
    }
}
