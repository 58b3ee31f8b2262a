import Indexes
import LMDB

/// Reads a collection's current snapshot from the catalog, taking over what an older one has open already.
struct SnapshotLoader: ~Copyable {
    private let core: StoreCore
    private let collectionID: UInt32
    private let record: CollectionRecord
    private var segments: [Snapshot.SegmentView] = []
    private var tail: [Snapshot.TailView] = []

    /// The snapshot of the last commit: `previous` itself if nothing has changed since.
    ///
    /// Files are opened inside the read transaction: a segment that is retired meanwhile is not unlinked before
    /// the transaction has ended.
    static func load(
        _ collectionID: UInt32,
        previous: Snapshot?,
        core: StoreCore
    ) throws(StoreError) -> Snapshot {
        try core.catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            let key = CatalogKey.collection(collectionID)
            guard
                let record = try transaction.record(
                    .collections,
                    key,
                    of: core.catalog,
                    CollectionRecord.decode
                ),
                let state = try transaction.record(
                    .states,
                    key,
                    of: core.catalog,
                    CollectionState.decode
                )
            else {
                throw .unknownCollection(previous?.record.name ?? "number \(collectionID)")
            }
            if let previous, previous.state == state, previous.record == record { return previous }
            var loader = SnapshotLoader(core: core, collectionID: collectionID, record: record)
            if let previous, previous.state.layout == state.layout {
                loader.segments = previous.segments
                loader.tail = previous.tail
                try loader.appendTail(
                    transaction,
                    after: previous.state.commit,
                    reusing: []
                )
            } else {
                try loader.loadSegments(transaction, reusing: previous?.segments ?? [])
                try loader.appendTail(transaction, after: 0, reusing: previous?.tail ?? [])
            }
            return Snapshot(
                process: core.process,
                collectionID: collectionID,
                record: record,
                state: state,
                segments: loader.segments,
                tail: loader.tail
            )
        }
    }

    private init(core: StoreCore, collectionID: UInt32, record: CollectionRecord) {
        self.core = core
        self.collectionID = collectionID
        self.record = record
    }

    private mutating func loadSegments(
        _ transaction: borrowing ReadTransaction,
        reusing old: [Snapshot.SegmentView]
    ) throws(StoreError) {
        var views: [Snapshot.SegmentView] = []
        try transaction.forEachRecord(
            .segments,
            prefix: CatalogKey.collection(collectionID),
            of: core.catalog
        ) { (key, value) throws(StoreError) in
            let id = try segmentID(key)
            let segmentRecord = try asDamage(of: core.catalog.path) {
                () throws(ByteReader.Malformed) in
                try SegmentRecord.decode(value)
            }
            let segment: Segment
            if let open = old.first(where: {
                $0.segment.id == id && $0.segment.record == segmentRecord
            }) {
                segment = open.segment
            } else {
                segment = try Segment(
                    id: id,
                    path: core.segmentPath(id),
                    record: segmentRecord,
                    fields: record.fields
                )
            }
            views.append(Snapshot.SegmentView(segment: segment, dead: RowSet()))
        }
        for index in views.indices {
            views[index].dead = try loadTombstones(transaction, of: views[index].segment)
        }
        segments = views
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
        try transaction.forEachRecord(
            .tombstones,
            prefix: CatalogKey.segment(segment.id, of: collectionID),
            of: core.catalog
        ) { (key, value) throws(StoreError) in
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
        reusing old: [Snapshot.TailView]
    ) throws(StoreError) {
        var reader = TailReader(
            core: core,
            collectionID: collectionID,
            fields: record.fields,
            reusing: old
        )
        try transaction.forEachRecord(
            .tail,
            prefix: CatalogKey.collection(collectionID),
            from: CatalogKey.tail(of: collectionID, commit: commit + 1),
            of: core.catalog
        ) { (key, value) throws(StoreError) in
            try reader.take(key: key, value: value)
        }
        for commit in try reader.finished() {
            for kill in commit.kills { try apply(kill) }
            tail.append(Snapshot.TailView(commit: commit, dead: RowSet()))
        }
    }

    private mutating func apply(_ kill: Kill) throws(StoreError) {
        let ordinal = Int(kill.ordinal)
        switch kill.unit {
        case .segment(let id):
            guard let index = segments.firstIndex(where: { $0.segment.id == id }),
                ordinal < segments[index].segment.documentCount
            else {
                throw .damaged(
                    file: core.catalog.path,
                    reason:
                        "says that document \(ordinal) of segment \(SegmentName.directory(id)) is dead, which is not there"
                )
            }
            segments[index].dead.insert(kill.ordinal)
        case .tail(let commit):
            guard let index = Snapshot.index(of: commit, in: tail),
                ordinal < tail[index].commit.documentCount
            else {
                throw .damaged(
                    file: core.catalog.path,
                    reason:
                        "says that document \(ordinal) of commit \(commit) is dead, which is not there"
                )
            }
            tail[index].dead.insert(kill.ordinal)
        }
    }
}
