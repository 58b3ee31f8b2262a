import CQuiverABI
import Synchronization

/// A `qv_progress` of the caller's, or none.
final class ProgressCallback: Sendable {
    // Work on several threads tells of itself from each, and C callers hear one at a time.
    private let turn = Mutex(())
    private let callback: qv_progress?
    // The caller's own, handed back to the caller's own callback; never looked into.
    private nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    init(_ callback: qv_progress?, _ context: UnsafeMutableRawPointer?) {
        self.callback = callback
        self.context = context
    }

    /// Tells how far the work is; `false` if it is to stop.
    func goesOn(_ completed: Int, _ total: Int) -> Bool {
        guard let callback else { return true }
        return turn.withLock { _ in
            callback(context, UInt64(clamping: completed), UInt64(clamping: total)) == 0
        }
    }
}
