import Synchronization

/// A batch on its way into the catalog, and what became of it.
///
/// Who writes puts a request into the store's queue and then waits for the write lock; whoever has the lock takes all that wait
/// into one transaction, so that one sync serves them all.
final class WriteRequest: Sendable {
    /// The changes to one collection.
    struct Part: Sendable {
        private enum Changes {
            case batch(WriteBatch, PreparedBatch)
            case deletion(Filter)
        }

        let collection: Collection
        private let changes: Changes
        private var counters = CacheCounters()

        /// Checks what can be checked before it is the batch's turn, in the caller's thread.
        init(collection: Collection, batch: WriteBatch, core: StoreCore) throws(StoreError) {
            self.collection = collection
            let record = try collection.snapshot(of: core).view.record
            changes = .batch(batch, try PreparedBatch(batch, collection: record))
        }

        /// The same for a cache, whose counters it takes along.
        init(
            collection: Collection,
            batch: WriteBatch,
            counters: CacheCounters,
            core: StoreCore
        ) throws(StoreError) {
            try self.init(collection: collection, batch: batch, core: core)
            self.counters = counters
        }

        /// Deletes the documents that `filter` holds of when it is the request's turn.
        init(collection: Collection, deleting filter: Filter) {
            self.collection = collection
            changes = .deletion(filter)
        }

        /// The changes to the collection as it stands: a batch is checked once more if the schema has changed meanwhile.
        func prepared(for view: CollectionView) throws(StoreError) -> PreparedBatch {
            var fitting =
                switch changes {
                case .batch(let batch, let prepared):
                    prepared.schema == view.record.schema
                        ? prepared : try PreparedBatch(batch, collection: view.record)
                case .deletion(let filter):
                    try PreparedBatch(deleting: filter, in: view)
                }
            fitting.counters = counters
            return fitting
        }
    }

    let parts: [Part]
    let durability: Durability
    // Set once, under the store's write lock, before its owner, who holds the lock next, reads it.
    private let result = Mutex<Result<[CommitReceipt], StoreError>?>(nil)

    init(parts: [Part], durability: Durability) {
        self.parts = parts
        self.durability = durability
    }

    var outcome: Result<[CommitReceipt], StoreError>? { result.withLock { $0 } }

    func finish(_ outcome: Result<[CommitReceipt], StoreError>) {
        result.withLock { $0 = $0 ?? outcome }
    }
}

extension StoreCore {
    /// Makes the request's batches durable together, with others that wait at the same time.
    func perform(_ request: WriteRequest) throws(StoreError) -> [CommitReceipt] {
        try requireWriter()
        try requireNotWriting()
        waiting.withLock { $0.append(request) }
        do throws(StoreError) {
            try withWriteLock { () throws(StoreError) in
                while request.outcome == nil {
                    let requests = waiting.withLock { waiting in
                        defer { waiting = [] }
                        return waiting
                    }
                    var writer = GroupWriter(core: self)
                    for request in requests { writer.add(request) }
                    writer.commit()
                }
            }
        } catch {
            waiting.withLock { waiting in waiting.removeAll { $0 === request } }
            throw error
        }
        guard let outcome = request.outcome else {
            preconditionFailure("whoever takes a request finishes it")
        }
        return try outcome.get()
    }
}
