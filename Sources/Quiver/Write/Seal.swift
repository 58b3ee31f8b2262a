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
    let view: CollectionView

    /// - Throws: `cancelled` if `progress` returns `false`; `file` and `catalog`, with the old state kept.
    func run(progress: (Progress) -> Bool) throws(StoreError) {
        guard !view.tail.isEmpty else { return }
        let documents = try view.sortedTailDocuments()
        var segment: (id: UInt64, record: SegmentRecord)?
        if !documents.isEmpty { segment = try write(documents, progress: progress) }
        var patches: [PatchWork.Written] = []
        for segment in view.segments where segment.dead.count < segment.segment.documentCount {
            if let written = try PatchWork(core: core).write(segment) { patches.append(written) }
        }
        try publish(segment, patches)
        try core.unlinkRetired()
    }

    private func write(
        _ documents: [CollectionView.Location],
        progress: (Progress) -> Bool
    ) throws(StoreError) -> (id: UInt64, record: SegmentRecord) {
        let id = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.settings(of: core.catalog).nextSegmentID
        }
        let staged = "\(core.stagingPath)/\(SegmentName.directory(id))"
        let writer = SegmentWriter(
            documents: documents,
            view: view,
            directory: staged,
            fileSystem: core.fileSystem
        )
        do throws(StoreError) {
            // The inverted indexes take about as long as everything else.
            func tell(_ stepCount: Int, _ total: Int, half: Int) throws(StoreError) {
                let now = Progress(
                    stage: .sealing,
                    completed: documents.count * (half * total + stepCount) / (2 * total),
                    total: documents.count
                )
                guard progress(now) else { throw .cancelled }
            }
            var record = try writer.write { (stepCount, total) throws(StoreError) in
                try tell(stepCount, total, half: 0)
            }
            record.invertedIndexes = try InvertedIndexWork.writeAll(
                of: documents,
                in: view,
                to: staged,
                fileSystem: core.fileSystem
            ) { (stepCount, total) throws(StoreError) in
                try tell(stepCount, total, half: 1)
            }
            try core.putInPlace(staged, id: id)
            return (id, record)
        } catch {
            // What cannot be removed now is swept when a writer opens the store.
            try? core.fileSystem.remove(staged)
            throw error
        }
    }

    private func publish(
        _ segment: (id: UInt64, record: SegmentRecord)?,
        _ patches: [PatchWork.Written]
    ) throws(StoreError) {
        let collection = view.collectionID
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            var settings = try transaction.settings(of: core.catalog)
            if let segment {
                settings.nextSegmentID = segment.id + 1
                try transaction.put(
                    .segments,
                    CatalogKey.segment(segment.id, of: collection),
                    segment.record.encoded(),
                    of: core.catalog
                )
            }
            try transaction.put(settings, of: core.catalog)
            try foldTombstones(&transaction)
            for written in patches { try publish(written, &transaction) }
            try transaction.removeAll(
                .tail,
                prefix: CatalogKey.collection(collection),
                of: core.catalog
            )
            try transaction.retireLongTexts(of: view, catalog: core.catalog)
            var state = view.state
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

    private func publish(
        _ written: PatchWork.Written,
        _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        var record = written.segment.record
        let directory = "\(StoreLayout.segments)/\(SegmentName.directory(written.segment.id))"
        if let old = record.patches {
            let name = SegmentName.patches(generation: old.generation)
            try transaction.retire("\(directory)/\(name)", of: core.catalog)
        }
        record.patches = written.patches
        try transaction.put(
            .segments,
            CatalogKey.segment(written.segment.id, of: view.collectionID),
            record.encoded(),
            of: core.catalog
        )
    }

    /// Writes down what the tail's commits killed in segments, and drops segments in which nothing lives any more.
    private func foldTombstones(_ transaction: inout WriteTransaction) throws(StoreError) {
        var touched: Set<UInt64> = []
        for tail in view.tail {
            for case .segment(let id) in tail.commit.kills.map(\.unit) { touched.insert(id) }
        }
        for segment in view.segments where touched.contains(segment.segment.id) {
            try transaction.put(
                segment.dead,
                of: segment.segment,
                in: view,
                catalog: core.catalog
            )
        }
    }
}

extension WriteTransaction {
    /// Writes down the dead documents of a segment; drops the segment if all of them are.
    mutating func put(
        _ dead: RowSet,
        of segment: Segment,
        in view: CollectionView,
        catalog: Catalog
    ) throws(StoreError) {
        let key = CatalogKey.segment(segment.id, of: view.collectionID)
        if dead.count == segment.documentCount {
            try remove(.segments, key, of: catalog)
            try removeAll(.tombstones, prefix: key, of: catalog)
            try retire(
                "\(StoreLayout.segments)/\(SegmentName.directory(segment.id))",
                of: catalog
            )
            return
        }
        try put(dead, ofSegment: segment.id, in: view, catalog: catalog)
    }

    /// Writes down the dead documents of a segment in which something lives.
    mutating func put(
        _ dead: RowSet,
        ofSegment id: UInt64,
        in view: CollectionView,
        catalog: Catalog
    ) throws(StoreError) {
        let words = dead.words
        for start in stride(from: 0, to: words.count, by: TombstoneBlock.wordCount) {
            let block = Array(words[start..<min(start + TombstoneBlock.wordCount, words.count)])
            guard block.contains(where: { $0 != 0 }) else { continue }
            try put(
                .tombstones,
                CatalogKey.tombstones(
                    block: UInt32(start / TombstoneBlock.wordCount),
                    segment: id,
                    of: view.collectionID
                ),
                TombstoneBlock(commit: view.state.commit, words: block).encoded(),
                of: catalog
            )
        }
    }

    /// Lists the files of the tail's long texts.
    mutating func retireLongTexts(of view: CollectionView, catalog: Catalog) throws(StoreError) {
        for tail in view.tail {
            for file in tail.commit.longTextFiles {
                let name = file.path.split(separator: "/").last ?? ""
                try retire("\(StoreLayout.texts)/\(name)", of: catalog)
            }
        }
    }

    /// Lists a file or folder, named from the store's directory on, to be unlinked once no reader is older than this transaction.
    mutating func retire(_ path: String, of catalog: Catalog) throws(StoreError) {
        let key = CatalogKey.retired(transaction: identifier, path: path)
        try put(.retired, key, [], of: catalog)
    }
}

extension StoreCore {
    /// Gives a staged segment its name, durably. Nothing refers to it yet.
    func putInPlace(_ staged: String, id: UInt64) throws(StoreError) {
        let path = segmentPath(id)
        try asStoreError { () throws(FileError) in
            // An attempt that was renamed but never published.
            try fileSystem.remove(path)
            try fileSystem.move(staged, to: path)
            try fileSystem.syncDirectory(segmentsPath)
            try fileSystem.syncDirectory(stagingPath)
        }
    }
}
