import Files
import Indexes
import LMDB

/// Moves the tail of a collection into a new segment.
///
/// The order is what makes it safe at every instant: the segment's files are written and synced under
/// `staging`, the directory is renamed into `segments`, both folders are synced, and only then does one transaction
/// of the catalog publish the segment and take its documents off the tail. A crash before that leaves the
/// old state and an orphan that the next writer sweeps.
struct Seal {
    let core: StoreCore
    /// The current one: the caller holds the write lock.
    let snapshot: Snapshot

    /// - Throws: `cancelled` if `progress` returns `false`; `file` and `catalog`, with the old state kept.
    func run(progress: (Progress) -> Bool) throws(StoreError) {
        guard !snapshot.tail.isEmpty else { return }
        let documents = liveDocuments()
        var segment: (id: UInt64, record: SegmentRecord)?
        if !documents.isEmpty { segment = try write(documents, progress: progress) }
        try publish(segment)
        try core.unlinkRetired()
    }

    /// The tail's live documents in the order of their keys.
    private func liveDocuments() -> [SegmentWriter.Source] {
        var documents: [SegmentWriter.Source] = []
        for (index, view) in snapshot.tail.enumerated() {
            let keys = view.commit.keys
            for ordinal in 0..<keys.count where !view.dead.contains(UInt32(ordinal)) {
                let key = keys.withKey(at: ordinal) { EncodedKey(bytes: Array($0)) }
                documents.append(.init(key: key, location: .tail(index, ordinal: ordinal)))
            }
        }
        documents.sort { $0.key < $1.key }
        return documents
    }

    private func write(
        _ documents: [SegmentWriter.Source],
        progress: (Progress) -> Bool
    ) throws(StoreError) -> (id: UInt64, record: SegmentRecord) {
        let id = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.settings(of: core.catalog).nextSegmentID
        }
        let staged = "\(core.stagingPath)/\(SegmentName.directory(id))"
        var writer = SegmentWriter(directory: staged, snapshot: snapshot, core: core)
        do throws(StoreError) {
            let record = try writer.write(documents) { (stepCount) throws(StoreError) in
                let now = Progress(
                    stage: .sealing,
                    completed: stepCount,
                    total: 2 * documents.count
                )
                guard progress(now) else { throw .cancelled }
            }
            let path = core.segmentPath(id)
            try asStoreError { () throws(FileError) in
                // An attempt that was renamed but never published.
                try core.fileSystem.remove(path)
                try core.fileSystem.move(staged, to: path)
                try core.fileSystem.syncDirectory(core.segmentsPath)
                try core.fileSystem.syncDirectory(core.stagingPath)
            }
            return (id, record)
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            try? core.fileSystem.remove(staged)
            throw error
        }
    }

    private func publish(_ segment: (id: UInt64, record: SegmentRecord)?) throws(StoreError) {
        let collection = snapshot.collectionID
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            if let segment {
                var settings = try transaction.settings(of: core.catalog)
                settings.nextSegmentID = segment.id + 1
                try transaction.put(
                    .settings,
                    CatalogKey.store,
                    settings.encoded(),
                    of: core.catalog
                )
                try transaction.put(
                    .segments,
                    CatalogKey.segment(segment.id, of: collection),
                    segment.record.encoded(),
                    of: core.catalog
                )
            }
            try foldTombstones(&transaction)
            try transaction.removeAll(
                .tail,
                prefix: CatalogKey.collection(collection),
                of: core.catalog
            )
            for view in snapshot.tail {
                for ordinal in view.commit.longTextOrdinals {
                    let name = TailFormat.longTextName(commit: view.commit.commit, ordinal: ordinal)
                    try retire("\(StoreLayout.texts)/\(name)", &transaction)
                }
            }
            var state = snapshot.state
            state.layout += 1
            state.tailByteCount = 0
            try transaction.put(
                .states,
                CatalogKey.collection(collection),
                state.encoded(),
                of: core.catalog
            )
        }
    }

    /// Writes down what the tail's commits killed in segments, and drops segments in which nothing lives any more.
    private func foldTombstones(_ transaction: inout WriteTransaction) throws(StoreError) {
        var touched: Set<UInt64> = []
        for view in snapshot.tail {
            for case .segment(let id) in view.commit.kills.map(\.unit) { touched.insert(id) }
        }
        for view in snapshot.segments where touched.contains(view.segment.id) {
            let id = view.segment.id
            let key = CatalogKey.segment(id, of: snapshot.collectionID)
            if view.dead.count == view.segment.documentCount {
                try transaction.remove(.segments, key, of: core.catalog)
                try transaction.removeAll(.tombstones, prefix: key, of: core.catalog)
                try retire("\(StoreLayout.segments)/\(SegmentName.directory(id))", &transaction)
                continue
            }
            let words = view.dead.words
            for start in stride(from: 0, to: words.count, by: TombstoneBlock.wordCount) {
                let block = Array(words[start..<min(start + TombstoneBlock.wordCount, words.count)])
                guard block.contains(where: { $0 != 0 }) else { continue }
                let number = UInt32(start / TombstoneBlock.wordCount)
                try transaction.put(
                    .tombstones,
                    CatalogKey.tombstones(block: number, segment: id, of: snapshot.collectionID),
                    TombstoneBlock(commit: snapshot.commit, words: block).encoded(),
                    of: core.catalog
                )
            }
        }
    }

    private func retire(_ path: String, _ transaction: inout WriteTransaction) throws(StoreError) {
        let key = CatalogKey.retired(transaction: transaction.identifier, path: path)
        try transaction.put(.retired, key, [], of: core.catalog)
    }
}
