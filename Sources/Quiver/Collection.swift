import Glibc
import LMDB
import Synchronization

/// Documents with vectors, under one schema. Safe to use from any thread.
public final class Collection: Sendable {
    let id: UInt32
    let store: OpenStore
    /// As it was last seen in the catalog.
    private let record: Mutex<CollectionRecord>
    private let cached = Mutex<CachedSnapshot?>(nil)
    /// Where the tail's live documents are; used under the store's write lock.
    private let tailIndex = Mutex<TailIndex?>(nil)
    /// What this process knows of the entries, if the collection is a cache.
    let cacheUse = Mutex(CacheUse())
    /// Entries are stored by one thread at a time. Taken before the store's write lock.
    let storingIntoCache = Mutex<Void>(())

    init(store: OpenStore, id: UInt32, record: CollectionRecord) {
        self.store = store
        self.id = id
        self.record = Mutex(record)
    }

    /// The name, as this process knows it.
    public var name: String { record.withLock { $0.name } }

    /// The schema, as this process knows it: as of the last call that looked at the store. `Snapshot.configuration` is
    /// that of a snapshot.
    public var configuration: CollectionConfiguration {
        record.withLock { $0.configuration }
    }

    /// An unchanging view of the collection as of its last commit.
    ///
    /// Cheap when nothing has changed since the last call; else reads what has changed.
    public func snapshot() throws(StoreError) -> Snapshot {
        try snapshot(of: try store.core())
    }

    func snapshot(of core: StoreCore) throws(StoreError) -> Snapshot {
        let previous = cached.withLock { $0 }
        if let previous, let transaction = previous.transaction,
            try core.catalog.lastTransaction() == transaction
        {
            return previous.snapshot
        }
        let current = try loaded(previous?.snapshot, core)
        if current.snapshot !== previous?.snapshot { note(current.snapshot.view.record) }
        cached.withLock { cached in
            // Another thread may have loaded a later one meanwhile.
            if let other = cached, other.snapshot.commit > current.snapshot.commit { return }
            cached = current
        }
        return current.snapshot
    }

    /// A reader that the writer does not know of may look for a file that is gone by now: then its catalog is an old one.
    private func loaded(
        _ previous: Snapshot?,
        _ core: StoreCore
    ) throws(StoreError) -> CachedSnapshot {
        var attemptsLeft = core.catalog.environment.access == .privateCopies ? 24 : 0
        while true {
            do throws(StoreError) {
                return try SnapshotLoader.load(id, named: name, previous: previous, core: core)
            } catch .file(.system(_, _, ENOENT)) where attemptsLeft > 0 {
                attemptsLeft -= 1
            }
        }
    }

    func note(_ record: CollectionRecord) {
        self.record.withLock { $0 = record }
    }

    /// The index of the tail of `view`, which is the writer's until it gives it back.
    func takeTailIndex(of view: CollectionView) -> TailIndex {
        let index = tailIndex.withLock { index in
            // It must not be shared while it changes.
            defer { index = nil }
            return index
        }
        if let index, index.state == view.state { return index }
        return TailIndex(view)
    }

    /// What a writer has made durable.
    func take(_ view: CollectionView, _ index: TailIndex, of core: StoreCore) {
        tailIndex.withLock { $0 = index }
        let snapshot = Snapshot(core: core, view: view)
        cached.withLock { cached in
            if let other = cached, other.snapshot.commit >= view.state.commit { return }
            cached = CachedSnapshot(snapshot: snapshot, transaction: nil)
        }
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
        _ keys: [Key],
        contents: Contents = .all
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

/// A snapshot and the catalog's transaction that it was read from: as long as that is the last one, it is the newest. `nil` for what
/// this process has written, until it is read again.
struct CachedSnapshot {
    let snapshot: Snapshot
    let transaction: UInt64?
}
