import Files
import Indexes
import LMDB
import Synchronization

/// Moves documents that follow one another in the order of keys into one new segment.
struct SegmentMove {
    let compaction: Compaction
    /// The old segments, as they were when the compaction began.
    let view: CollectionView
    /// In the order of their keys; live then.
    let documents: [CollectionView.Location]
    /// Nothing of the old segments that was live then is behind the last of the documents.
    let isLast: Bool

    private var core: StoreCore { compaction.core }

    /// - Returns: `nil`, with nothing changed, if the schema is another meanwhile.
    func run(
        progress: @Sendable (Progress) -> Bool
    ) throws(StoreError) -> CompactionSummary? {
        let number = core.indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged = "\(core.stagingPath)/compaction-\(number)"
        do throws(StoreError) {
            var made: Segment?
            if !documents.isEmpty {
                let maker = SegmentMaker(
                    view: view,
                    fileSystem: core.fileSystem,
                    threadCount: compaction.options.threadCount,
                    textMemoryByteCount: compaction.options.memoryByteCount / 4
                )
                made = try maker.make(documents, at: staged, progress: progress)
            }
            let summary = try core.withWriteLock { () throws(StoreError) in
                try publish(made, staged: staged)
            }
            if summary == nil { try? core.fileSystem.remove(staged) }
            return summary
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            try? core.fileSystem.remove(staged)
            throw error
        }
    }

    /// Puts the new segment in the place of what it was made of. Under the write lock.
    private func publish(
        _ made: Segment?,
        staged: String
    ) throws(StoreError) -> CompactionSummary? {
        var current = try compaction.collection.snapshot(of: core).view
        guard current.record.schema == view.record.schema else { return nil }
        if touchesSources(current.tail) {
            // What the tail says of the old segments must be said of the new one, which it does not know.
            try Seal(core: core, view: current).run { _ in true }
            current = try compaction.collection.snapshot(of: core).view
            guard current.record.schema == view.record.schema else { return nil }
        }
        var moved = MovedDocuments(move: self, made: made)
        for place in view.segments.indices { try moved.take(from: place, current) }
        if moved.isEverythingDead, let made {
            // Everything that was copied has died meanwhile.
            try asStoreError { () throws(FileError) in try core.fileSystem.remove(made.path) }
        }
        let kept = moved.isEverythingDead ? nil : made
        var record = kept?.record
        let id = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.settings(of: core.catalog).nextSegmentID
        }
        if kept != nil {
            record?.patches = try moved.writePatches(into: staged, core: core)
            try core.putInPlace(staged, id: id)
        }
        return try publish(current, moved, id: id, record: record)
    }

    private func publish(
        _ current: CollectionView,
        _ moved: MovedDocuments,
        id: UInt64,
        record: SegmentRecord?
    ) throws(StoreError) -> CompactionSummary {
        var summary = CompactionSummary()
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            for (segment, dead) in moved.sources {
                try transaction.put(dead, of: segment, in: current, catalog: core.catalog)
                if dead.count == segment.documentCount { summary.removedSegmentCount += 1 }
            }
            if let record {
                var settings = try transaction.settings(of: core.catalog)
                settings.nextSegmentID = id + 1
                try transaction.put(settings, of: core.catalog)
                try transaction.put(
                    .segments,
                    CatalogKey.segment(id, of: current.collectionID),
                    record.encoded(),
                    of: core.catalog
                )
                try transaction.put(
                    moved.dead,
                    ofSegment: id,
                    in: current,
                    catalog: core.catalog
                )
                summary.addedSegmentCount = 1
                summary.writtenByteCount = Int(
                    record.indexes.reduce(record.byteCount) { $0 + $1.file.byteCount }
                        + record.invertedIndexes.reduce(0) { $0 + $1.byteCount }
                )
            }
            try transaction.bumpLayout(of: current, catalog: core.catalog)
        }
        try core.unlinkRetired()
        return summary
    }

    private func touchesSources(_ tail: [CollectionView.TailView]) -> Bool {
        let sources = Set(view.segments.map { CommittedUnit.segment($0.segment.id) })
        return tail.contains { part in
            part.commit.kills.contains { sources.contains($0.unit) }
                || part.commit.patches.contains { sources.contains($0.unit) }
        }
    }
}
