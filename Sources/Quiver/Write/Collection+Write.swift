import Files
import LMDB

extension Collection {
    /// Makes `batch` durable, all of it or nothing, and visible to every later search in any process.
    ///
    /// When this returns, the batch survives the death of the process and loss of power. When it throws,
    /// nothing of it is kept. If the tail is full it is sealed first, which can take a second.
    ///
    /// - Throws: `duplicateKey` and what is wrong with a document (`invalidKey`, `textTooLong`, `missingVectors`,
    ///   `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`, `float16Overflow`); `readOnly`, `closed`, `usedAfterFork`;
    ///   `file` and `catalog`, a full disk among them.
    @discardableResult
    public func write(_ batch: WriteBatch) throws(StoreError) -> CommitReceipt {
        let core = try store.core()
        try core.requireWriter()
        return try core.withWriteLock { () throws(StoreError) in
            var snapshot = try snapshot(of: core)
            let prepared = try PreparedBatch(
                batch,
                collection: name,
                fields: snapshot.record.fields
            )
            guard !prepared.isEmpty else {
                return CommitReceipt(
                    commit: snapshot.commit,
                    insertedCount: 0,
                    replacedCount: 0,
                    deletedCount: 0,
                    missingCount: 0
                )
            }
            let added = prepared.tailByteCount
            if snapshot.state.tailByteCount > 0,
                Int(clamping: snapshot.state.tailByteCount) > core.options.tailByteCount - added
            {
                try Seal(core: core, snapshot: snapshot).run { _ in true }
                snapshot = try self.snapshot(of: core)
            }
            return try commit(prepared, onto: snapshot, tailByteCount: added, core: core)
        }
    }

    private func commit(
        _ batch: PreparedBatch,
        onto snapshot: Snapshot,
        tailByteCount: Int,
        core: StoreCore
    ) throws(StoreError) -> CommitReceipt {
        var index = tailIndex.withLock { $0 }
        // The old one must not be shared while it is changed below.
        tailIndex.withLock { $0 = nil }
        if index?.state != snapshot.state { index = TailIndex(snapshot) }
        guard var index else { preconditionFailure("made above") }

        var kills: [Kill] = []
        var replacedCount = 0
        for document in batch.documents {
            guard let kill = try kill(of: document.key, in: snapshot, index) else { continue }
            kills.append(kill)
            replacedCount += 1
        }
        var deletedCount = 0
        for key in batch.deleted {
            guard let kill = try kill(of: key, in: snapshot, index) else { continue }
            kills.append(kill)
            deletedCount += 1
        }
        var state = snapshot.state
        // A batch of deletes that are not there changes nothing.
        if !batch.documents.isEmpty || !kills.isEmpty {
            state = try store(
                batch,
                kills: kills,
                onto: state,
                tailByteCount: tailByteCount,
                core: core
            )
            index.apply(state, documents: batch.documents, deleted: batch.deleted)
        }
        let current = index
        tailIndex.withLock { $0 = current }
        return CommitReceipt(
            commit: state.commit,
            insertedCount: batch.documents.count - replacedCount,
            replacedCount: replacedCount,
            deletedCount: deletedCount,
            missingCount: batch.deleted.count - deletedCount
        )
    }

    /// What makes the live document of `key` dead, if there is one.
    private func kill(
        of key: EncodedKey,
        in snapshot: Snapshot,
        _ index: TailIndex
    ) throws(StoreError) -> Kill? {
        if let place = index.places[key] {
            return Kill(unit: .tail(commit: place.commit), ordinal: UInt32(place.ordinal))
        }
        let location = try key.bytes.withBytes { (key) throws(StoreError) in
            try snapshot.locateInSegments(key)
        }
        guard case .segment(let segment, let ordinal)? = location else { return nil }
        return Kill(unit: .segment(snapshot.segments[segment].segment.id), ordinal: UInt32(ordinal))
    }

    private func store(
        _ batch: PreparedBatch,
        kills: [Kill],
        onto old: CollectionState,
        tailByteCount: Int,
        core: StoreCore
    ) throws(StoreError) -> CollectionState {
        // Only this process writes, under the write lock, so the number cannot be taken meanwhile.
        let number = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.settings(of: core.catalog).commit + 1
        }
        // Long texts must be durable, under the names by which readers will look for them, before the commit is.
        // If the commit fails they stay until a writer opens the store: whether a failed last write of LMDB reached
        // the disk is not known. After such a failure LMDB takes no more commits; after any other the next
        // commit of this number writes its own over them.
        let longTexts = try LongTexts.write(batch.documents, commit: number, core: core)
        var blocks = TailBlockWriter()
        blocks.append(documents: batch.documents, longTexts: longTexts, kills: kills)
        for (field, rows) in batch.rows { blocks.append(rows: rows, of: field) }
        return try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            var settings = try transaction.settings(of: core.catalog)
            settings.commit = number
            var state = old
            state.commit = number
            state.tailByteCount += UInt64(tailByteCount)
            try transaction.put(.settings, CatalogKey.store, settings.encoded(), of: core.catalog)
            try transaction.put(
                .states,
                CatalogKey.collection(id),
                state.encoded(),
                of: core.catalog
            )
            for block in blocks.blocks {
                let key = CatalogKey.tailBlock(
                    of: id,
                    commit: number,
                    kind: block.kind,
                    field: block.fieldID,
                    block: block.number
                )
                try transaction.put(.tail, key, block.bytes, of: core.catalog)
            }
            return state
        }
    }
}
