import Synchronization

/// What a store's handle and its collections have in common: the open store, until the handle is closed.
final class OpenStore: Sendable {
    let path: String
    private let process: ProcessMark
    private let open: Mutex<StoreCore?>

    init(_ core: StoreCore) {
        path = core.path
        process = core.process
        open = Mutex(core)
    }

    /// The open store, for one call.
    func core() throws(StoreError) -> StoreCore {
        // First: in a forked child the mutex may be held by a thread that is not there.
        try process.require()
        guard let core = open.withLock({ $0 }) else { throw .closed(path: path) }
        return core
    }

    func close() {
        open.withLock { $0 = nil }
    }
}
