import Synchronization

/// What a store's handle and its collections have in common: the open store, until the handle is closed.
final class OpenStore: Sendable {
    let path: String
    private let open: Mutex<StoreCore?>

    init(_ core: StoreCore) {
        path = core.path
        open = Mutex(core)
    }

    /// The open store, for one call.
    func core() throws(StoreError) -> StoreCore {
        guard let core = open.withLock({ $0 }) else { throw .closed(path: path) }
        try core.process.require()
        return core
    }

    func close() {
        open.withLock { $0 = nil }
    }
}
