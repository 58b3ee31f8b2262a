import Indexes

/// An unchanging view of a collection: the documents of one commit and those before it.
///
/// A snapshot holds no LMDB transaction, no lock and no descriptor: it has the tail in memory and the segments
/// mapped. It never blocks the writer and is never blocked by it, however long it is kept. What it keeps is
/// the memory of its part of the tail, and the disk space of segments that have been retired since.
public final class Snapshot: Sendable {
    /// A sealed segment and its dead documents.
    struct SegmentView: Sendable {
        let segment: Segment
        var dead: RowSet
    }

    /// A commit of the tail and its dead documents.
    struct TailView: Sendable {
        let commit: TailCommit
        var dead: RowSet
    }

    /// Where a live document is.
    enum Location: Sendable, Hashable {
        /// Index into `segments`.
        case segment(Int, ordinal: Int)
        /// Index into `tail`.
        case tail(Int, ordinal: Int)
    }

    let process: ProcessMark
    let scratch = SearchScratch()
    let searchedDeadRows = SearchedDeadRows()
    let collectionID: UInt32
    let record: CollectionRecord
    let state: CollectionState
    let segments: [SegmentView]
    let tail: [TailView]

    init(
        process: ProcessMark,
        collectionID: UInt32,
        record: CollectionRecord,
        state: CollectionState,
        segments: [SegmentView],
        tail: [TailView]
    ) {
        self.process = process
        self.collectionID = collectionID
        self.record = record
        self.state = state
        self.segments = segments
        self.tail = tail
    }

    /// The number of the last commit that the snapshot sees.
    public var commit: UInt64 { state.commit }

    /// The number of documents that a search can find.
    public var liveCount: Int {
        var count = tailLiveCount
        for view in segments { count += view.segment.documentCount - view.dead.count }
        return count
    }

    /// Those of them that are in the tail.
    var tailLiveCount: Int {
        tail.reduce(0) { $0 + $1.commit.documentCount - $1.dead.count }
    }

    /// The vector field of that name.
    func field(_ name: String) throws(StoreError) -> StoredField {
        guard let field = record.fields.first(where: { $0.field.name == name }) else {
            throw .unknownVectorField(name, collection: record.name)
        }
        return field
    }

    /// The live document of `key`, newest commit first.
    func locate(_ key: EncodedKey) throws(StoreError) -> Location? {
        try key.bytes.withBytes { (key) throws(StoreError) in
            for index in tail.indices.reversed() {
                if let ordinal = tail[index].commit.keys.index(of: key),
                    !tail[index].dead.contains(UInt32(ordinal))
                {
                    return .tail(index, ordinal: ordinal)
                }
            }
            return try locateInSegments(key)
        }
    }

    func locateInSegments(_ key: UnsafeRawBufferPointer) throws(StoreError) -> Location? {
        for index in segments.indices.reversed() {
            if let ordinal = try segments[index].segment.keys.ordinal(of: key),
                !segments[index].dead.contains(UInt32(ordinal))
            {
                return .segment(index, ordinal: ordinal)
            }
        }
        return nil
    }

    /// The index in `tail` of a commit, if it is there.
    static func index(of commit: UInt64, in tail: [TailView]) -> Int? {
        var low = 0
        var high = tail.count
        while low < high {
            let middle = (low + high) / 2
            let found = tail[middle].commit.commit
            if found == commit { return middle }
            if found < commit { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
