import Glibc
import LMDB

extension Collection {
    /// Gives back the space of deleted and replaced documents, merges small segments, builds the indexes that are missing and
    /// measures their recall (`calibrate`), in bounded memory.
    ///
    /// Seals the tail first. Searches and writes go on meanwhile. It can be ended at any moment, by `progress`, by an error or by
    /// the death of the process: what is done by then stays, and the next call goes on from there. Disk space for
    /// a copy of what is moved is needed until the end.
    ///
    /// - Parameters:
    ///   - options: what is taken on, and with how much memory.
    ///   - progress: called from the threads that work; `false` cancels.
    /// - Throws: `cancelled`, `tooLittleMemory`, `readOnly`, `closed`, `file`, `catalog`, `damaged`, `index`.
    @discardableResult
    public func compact(
        _ options: CompactionOptions = CompactionOptions(),
        progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> CompactionSummary {
        guard options.memoryByteCount >= CompactionOptions.minimumMemoryByteCount else {
            throw .tooLittleMemory(
                found: options.memoryByteCount,
                minimum: CompactionOptions.minimumMemoryByteCount
            )
        }
        try seal(progress: progress)
        let summary = try compactSegments(options, progress: progress)
        let core = try store.core()
        try IndexBuild(collection: self, core: core, view: try snapshot(of: core).view)
            .run(threadCount: options.threadCount, progress: progress)
        try core.shrinkCatalog()
        try calibrateWhereChanged(threadCount: options.threadCount, progress: progress)
        return summary
    }

    func compactSegments(
        _ options: CompactionOptions,
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) -> CompactionSummary {
        let core = try store.core()
        return try core.compacting { () throws(StoreError) in
            let summary = try Compaction(collection: self, core: core, options: options)
                .run { now in
                    // Whichever thread it is on: a compaction that the handler began would wait for this one.
                    let isNew = core.enterCompaction()
                    defer { core.leaveCompaction(isNew) }
                    return progress(now)
                }
            try core.withWriteLock { () throws(StoreError) in try core.unlinkRetired() }
            return summary
        }
    }
}

extension Store {
    /// Compacts every collection, one after the other: `Collection.compact`.
    @discardableResult
    public func compact(
        _ options: CompactionOptions = CompactionOptions(),
        progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> CompactionSummary {
        var total = CompactionSummary()
        for name in try collectionNames() {
            let summary = try collection(name).compact(options, progress: progress)
            total.removedSegmentCount += summary.removedSegmentCount
            total.addedSegmentCount += summary.addedSegmentCount
            total.documentCount += summary.documentCount
            total.writtenByteCount += summary.writtenByteCount
        }
        return total
    }
}

extension StoreCore {
    /// Gives back what the catalog's file has kept of the tail, if this handle is the only one that has it open.
    func shrinkCatalog() throws(StoreError) {
        try withWriteLock { () throws(StoreError) in
            do throws(LMDBError) {
                let pageByteCount = try catalog.environment.information().pageByteCount
                let free = Int(clamping: try catalog.environment.freePageCount())
                guard free * pageByteCount >= Self.catalogSlackByteCount else { return }
                _ = try catalog.environment.shrink()
            } catch {
                throw .catalog(error)
            }
        }
    }

    /// Free pages of the catalog that are not worth a copy of it.
    private static let catalogSlackByteCount = 1 << 20

    /// Runs `body` while no other thread compacts; a second one would copy the same documents for nothing.
    fileprivate func compacting<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try requireNotWriting()
        guard !compactors.withLock({ $0.contains(pthread_self()) }) else {
            throw .catalog(.nestedWrite(path: catalog.path))
        }
        return try compaction.withLock { (_) throws(StoreError) in
            let isNew = enterCompaction()
            defer { leaveCompaction(isNew) }
            return try body()
        }
    }

    /// - Returns: whether the thread was outside before.
    func enterCompaction() -> Bool {
        compactors.withLock { $0.insert(pthread_self()).inserted }
    }

    func leaveCompaction(_ isNew: Bool) {
        if isNew { compactors.withLock { _ = $0.remove(pthread_self()) } }
    }
}
