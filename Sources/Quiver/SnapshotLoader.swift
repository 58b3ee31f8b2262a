import Indexes
import LMDB

/// Reads a collection's current snapshot from the catalog, taking over what an older one has open already.
struct SnapshotLoader: ~Copyable {
    private let core: StoreCore
    private let source: CatalogSource
    private var view: CollectionView

    /// The snapshot of the last commit: `previous` itself if nothing has changed since.
    ///
    /// Files are opened inside the read transaction: a segment that is retired meanwhile is not unlinked before
    /// the transaction has ended.
    static func load(
        _ collectionID: UInt32,
        named name: String,
        previous: Snapshot?,
        core: StoreCore
    ) throws(StoreError) -> CachedSnapshot {
        try core.catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            let number = transaction.identifier
            let source = CatalogSource(core: core, snapshot: nil)
            guard
                let loader = try SnapshotLoader(
                    collectionID,
                    from: source,
                    transaction,
                    core: core,
                    previous: previous?.view
                )
            else { throw .unknownCollection(name) }
            let old = previous?.view
            if let previous, old?.state == loader.view.state, old?.record == loader.view.record {
                return CachedSnapshot(snapshot: previous, transaction: number)
            }
            var work = loader
            if let old { work.view.tailInvertedIndexes = old.tailInvertedIndexes }
            if let old, old.state.layout == work.view.state.layout {
                work.view.segments = old.segments
                work.view.tail = old.tail
                try work.appendTail(transaction, after: old.state.commit, reusing: [])
            } else {
                try work.loadSegments(transaction, reusing: old?.segments ?? [])
                try work.appendTail(transaction, after: 0, reusing: old?.tail ?? [])
            }
            return CachedSnapshot(
                snapshot: Snapshot(core: core, view: work.view),
                transaction: number
            )
        }
    }

    /// The segments of a collection that has no tail: as a named snapshot has it.
    static func view(
        _ collectionID: UInt32,
        from source: CatalogSource,
        _ transaction: borrowing ReadTransaction,
        core: StoreCore
    ) throws(StoreError) -> CollectionView {
        guard
            var loader = try SnapshotLoader(collectionID, from: source, transaction, core: core)
        else {
            throw .damaged(
                file: core.catalog.path,
                reason: "has a snapshot without the state of collection \(collectionID)"
            )
        }
        try loader.loadSegments(transaction, reusing: [])
        return loader.view
    }

    private init?(
        _ collectionID: UInt32,
        from source: CatalogSource,
        _ transaction: borrowing ReadTransaction,
        core: StoreCore,
        previous: CollectionView? = nil
    ) throws(StoreError) {
        let key = CatalogKey.collection(collectionID)
        let checksum = try source.checksum(transaction, .collections, key)
        var known: CollectionRecord?
        // The record is the long one of the two, and seldom another.
        if let previous, checksum != nil, previous.recordChecksum == checksum {
            known = previous.record
        } else {
            known = try source.record(transaction, .collections, key, CollectionRecord.decode)
        }
        guard let record = known,
            let state = try source.record(transaction, .states, key, CollectionState.decode)
        else { return nil }
        self.core = core
        self.source = source
        view = CollectionView(collectionID: collectionID, record: record, state: state)
        view.recordChecksum = checksum
    }

    private mutating func loadSegments(
        _ transaction: borrowing ReadTransaction,
        reusing old: [CollectionView.SegmentView]
    ) throws(StoreError) {
        var views: [CollectionView.SegmentView] = []
        let key = CatalogKey.collection(view.collectionID)
        try source.forEachRecord(transaction, .segments, prefix: key) {
            (key, value) throws(StoreError) in
            let id = try segmentID(key)
            let segmentRecord = try asDamage(of: core.catalog.path) {
                () throws(ByteReader.Malformed) in
                try SegmentRecord.decode(value)
            }
            let open = old.first { $0.segment.id == id }?.segment
            let segment: Segment
            if let open, open.record == segmentRecord, open.schema == view.record.schema {
                segment = open
            } else {
                segment = try Segment(
                    id: id,
                    path: core.segmentPath(id),
                    record: segmentRecord,
                    schema: view.record.schema,
                    reusing: open
                )
            }
            views.append(CollectionView.SegmentView(segment: segment, dead: RowSet()))
        }
        for index in views.indices {
            views[index].dead = try loadTombstones(transaction, of: views[index].segment)
        }
        view.segments = views
    }

    private func segmentID(_ key: UnsafeRawBufferPointer) throws(StoreError) -> UInt64 {
        guard key.count == 12 else {
            throw .damaged(
                file: core.catalog.path,
                reason: "holds a segment under a key of \(key.count) bytes"
            )
        }
        return UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
    }

    private func loadTombstones(
        _ transaction: borrowing ReadTransaction,
        of segment: Segment
    ) throws(StoreError) -> RowSet {
        var words: [UInt64] = []
        let prefix = CatalogKey.segment(segment.id, of: view.collectionID)
        try source.forEachRecord(transaction, .tombstones, prefix: prefix) {
            (key, value) throws(StoreError) in
            let block = try asDamage(of: core.catalog.path) { () throws(ByteReader.Malformed) in
                guard key.count == 16 else {
                    throw .init(reason: "holds tombstones under a key of \(key.count) bytes")
                }
                return try TombstoneBlock.decode(value)
            }
            let number = Int(
                UInt32(bigEndian: key.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            )
            let start = number * TombstoneBlock.wordCount
            let end = start + block.words.count
            guard end <= (segment.documentCount + 63) / 64 else {
                throw .damaged(
                    file: core.catalog.path,
                    reason:
                        "holds tombstones past the end of segment \(SegmentName.directory(segment.id))"
                )
            }
            words += [UInt64](repeating: 0, count: start - words.count)
            words += block.words
        }
        return RowSet(words: words)
    }

    /// Takes in the commits of the tail that come after `commit`, and what they killed.
    private mutating func appendTail(
        _ transaction: borrowing ReadTransaction,
        after commit: UInt64,
        reusing old: [CollectionView.TailView]
    ) throws(StoreError) {
        var reader = TailReader(
            core: core,
            collection: view.collectionID,
            schema: view.record.schema,
            reusing: old
        )
        try transaction.forEachRecord(
            .tail,
            prefix: CatalogKey.collection(view.collectionID),
            from: CatalogKey.tail(of: view.collectionID, commit: commit + 1),
            of: core.catalog
        ) { (key, value) throws(StoreError) in
            try reader.take(key: key, value: value)
        }
        for commit in try reader.finished() {
            try view.apply(commit, catalogPath: core.catalog.path)
        }
    }
}
