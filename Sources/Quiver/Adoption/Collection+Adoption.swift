import Files
import Indexes
import LMDB
import Synchronization

extension Collection {
    /// Takes segments that a `SegmentBuilder` made into the collection, all in one commit.
    ///
    /// They count as one batch of upserts: their documents take the place of those of the same keys, those of later
    /// segments that of earlier ones. Each byte is checked first, without keeping writers waiting. The files get a second name in the
    /// store where the file system allows it, else they are copied; the folders stay and may be removed afterwards, and must
    /// not be written to.
    ///
    /// - Throws: `unfitSegment`, `damaged`, `cancelled`; `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`.
    @discardableResult
    public func adopt(
        _ directories: [String],
        progress: (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> CommitReceipt {
        let core = try store.core()
        try core.requireWriter()
        try core.requireNotWriting()
        let schema = try snapshot(of: core).view.record.schema
        var adopted: [AdoptedSegment] = []
        defer {
            // What cannot be removed now is swept when a writer opens the store.
            for part in adopted { try? core.fileSystem.remove(part.staged) }
        }
        for (place, directory) in directories.enumerated() {
            let now = Progress(stage: .verifying, completed: place, total: directories.count)
            guard progress(now) else { throw .cancelled }
            let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
            let staged = "\(core.stagingPath)/adoption-\(number)"
            do throws(StoreError) {
                adopted.append(
                    try AdoptedSegment(directory, staged: staged, schema: schema, core: core)
                )
            } catch {
                try? core.fileSystem.remove(staged)
                throw error
            }
        }
        let all = adopted
        return try core.withWriteLock { () throws(StoreError) in
            try Seal(core: core, view: try snapshot(of: core).view).run { _ in true }
            let view = try snapshot(of: core).view
            guard view.record.schema == schema else {
                throw .unfitSegment(
                    path: directories.first ?? "",
                    reason: "the collection's schema has changed meanwhile"
                )
            }
            return try Adoption(core: core, view: view).publish(all)
        }
    }
}

/// Publishes segments whose files are under `staging`. Under the write lock, with an empty tail.
private struct Adoption {
    let core: StoreCore
    let view: CollectionView

    /// A segment and what is dead in it once the new ones are there.
    private struct Part {
        let segment: Segment
        var dead: RowSet
        var hasChanged = false
    }

    func publish(_ adopted: [AdoptedSegment]) throws(StoreError) -> CommitReceipt {
        var parts = view.segments.map { Part(segment: $0.segment, dead: $0.dead) }
        var replacedCount = 0
        var documentCount = 0
        for one in adopted {
            documentCount += one.segment.documentCount
            for place in parts.indices {
                try one.segment.keys.forEachCommon(with: parts[place].segment.keys) {
                    (_, ordinal) in
                    guard !parts[place].dead.contains(ordinal) else { return }
                    parts[place].dead.insert(ordinal)
                    parts[place].hasChanged = true
                    replacedCount += 1
                }
            }
            parts.append(Part(segment: one.segment, dead: RowSet()))
        }
        let old = Array(parts.prefix(view.segments.count))
        let new = Array(zip(adopted, parts.dropFirst(view.segments.count)))
            .filter { $1.dead.count < $1.segment.documentCount }
        var settings = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.settings(of: core.catalog)
        }
        guard !new.isEmpty else {
            return receipt(commit: view.state.commit, inserted: 0, replaced: 0)
        }
        let firstID = settings.nextSegmentID
        for (place, (one, _)) in new.enumerated() {
            try core.putInPlace(one.staged, id: firstID + UInt64(place))
        }
        settings.commit += 1
        settings.nextSegmentID += UInt64(new.count)
        var after = view
        after.state.commit = settings.commit
        let (state, store) = (after, settings)
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            for part in old where part.hasChanged {
                try transaction.put(part.dead, of: part.segment, in: state, catalog: core.catalog)
            }
            for (place, (one, part)) in new.enumerated() {
                let id = firstID + UInt64(place)
                var record = one.segment.record
                record.adoptingCommit = store.commit
                try transaction.put(
                    .segments,
                    CatalogKey.segment(id, of: view.collectionID),
                    record.encoded(),
                    of: core.catalog
                )
                try transaction.put(part.dead, ofSegment: id, in: state, catalog: core.catalog)
            }
            try transaction.put(store, of: core.catalog)
            try transaction.bumpLayout(of: state, catalog: core.catalog)
        }
        try core.unlinkRetired()
        return receipt(
            commit: settings.commit,
            inserted: documentCount - replacedCount,
            replaced: replacedCount
        )
    }

    private func receipt(commit: UInt64, inserted: Int, replaced: Int) -> CommitReceipt {
        CommitReceipt(
            commit: commit,
            insertedCount: inserted,
            replacedCount: replaced,
            updatedCount: 0,
            deletedCount: 0,
            missingCount: 0
        )
    }
}
