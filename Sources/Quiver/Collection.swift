import LMDB
import Synchronization

/// Documents with vectors, under one schema. Safe to use from any thread.
public final class Collection: Sendable {
    public let name: String
    public let configuration: CollectionConfiguration

    let id: UInt32
    let store: OpenStore
    private let cached = Mutex<Snapshot?>(nil)
    /// Where the tail's live documents are; used under the store's write lock.
    let tailIndex = Mutex<TailIndex?>(nil)

    init(store: OpenStore, id: UInt32, record: CollectionRecord) {
        self.store = store
        self.id = id
        name = record.name
        configuration = CollectionConfiguration(vectorFields: record.fields.map(\.field))
    }

    /// An unchanging view of the collection as of its last commit.
    ///
    /// Cheap when nothing has changed since the last call; else reads what has changed.
    public func snapshot() throws(StoreError) -> Snapshot {
        try snapshot(of: try store.core())
    }

    func snapshot(of core: StoreCore) throws(StoreError) -> Snapshot {
        let previous = cached.withLock { $0 }
        let current = try SnapshotLoader.load(id, previous: previous, core: core)
        if current !== previous {
            cached.withLock { cached in
                // Another thread may have loaded a later one meanwhile.
                if let other = cached, other.state.commit > current.state.commit { return }
                cached = current
            }
        }
        return current
    }

    /// Lets go of mapped files and of the tail's memory.
    func forgetOpenFiles() {
        cached.withLock { $0 = nil }
        tailIndex.withLock { $0 = nil }
    }

    /// The documents of `keys`, in that order, `nil` where there is none.
    ///
    /// - Throws: `invalidKey`, `damaged`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func documents(
        _ keys: [Key], contents: Contents = [.text, .vectors]
    ) throws(StoreError) -> [StoredDocument?] {
        try snapshot().documents(keys, contents: contents)
    }

    /// The hits of each query as of the last commit, in the order of the queries: `Snapshot.search`.
    public func search(_ request: SearchRequest) throws(StoreError) -> [SearchResult] {
        try snapshot().search(request)
    }

    /// What the collection holds and what it costs.
    public func statistics() throws(StoreError) -> CollectionStatistics {
        try snapshot().statistics
    }
}
