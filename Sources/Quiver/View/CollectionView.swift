import Indexes

/// What a collection consists of as of one commit: its segments and its tail, with what is dead or updated in them.
///
/// A value: whoever writes goes on with a copy, commit by commit.
struct CollectionView: Sendable {
    /// A sealed segment and what the tail's commits changed in it.
    struct SegmentView: Sendable {
        let segment: Segment
        var dead: RowSet
        /// By the document's ordinal; on top of the segment's own patches.
        var patches: [UInt32: DocumentPatch] = [:]
    }

    /// A commit of the tail and what later commits changed in it.
    struct TailView: Sendable {
        let commit: TailCommit
        var dead: RowSet
        var patches: [UInt32: DocumentPatch] = [:]
    }

    /// Where a document is.
    enum Location: Sendable, Hashable {
        /// Index into `segments`.
        case segment(Int, ordinal: Int)
        /// Index into `tail`.
        case tail(Int, ordinal: Int)

        /// Its place in its segment or commit.
        var ordinal: Int {
            switch self {
            case .segment(_, let ordinal), .tail(_, let ordinal): ordinal
            }
        }
    }

    let collectionID: UInt32
    var record: CollectionRecord
    /// With which `record` stands in the catalog, if that is known.
    var recordChecksum: UInt64?
    var state: CollectionState
    var segments: [SegmentView] = []
    var tail: [TailView] = []
    /// What is known of the tail's words and sparse vectors.
    var tailInvertedIndexes = TailInvertedIndexes()

    /// Documents that a search can find.
    var liveCount: Int {
        segments.reduce(tailLiveCount) { $0 + $1.segment.documentCount - $1.dead.count }
    }

    /// Those of them that are in the tail.
    var tailLiveCount: Int {
        tail.reduce(0) { $0 + $1.commit.documentCount - $1.dead.count }
    }

    /// The vector field of that name; `nil` stands for the only one.
    func vectorField(orOnly name: String?) throws(StoreError) -> StoredField {
        try Self.vectorField(orOnly: name, of: record)
    }

    static func vectorField(
        orOnly name: String?,
        of record: CollectionRecord
    ) throws(StoreError) -> StoredField {
        let fields = record.schema.vectorFields
        guard let name else {
            guard let only = fields.first, fields.count == 1 else {
                throw .ambiguousVectorField(
                    collection: record.name,
                    fields: fields.map(\.field.name)
                )
            }
            return only
        }
        guard let field = fields.first(where: { $0.field.name.utf8.elementsEqual(name.utf8) })
        else {
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
    func index(ofCommit commit: UInt64) -> Int? {
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

    func index(ofSegment id: UInt64) -> Int? {
        segments.firstIndex { $0.segment.id == id }
    }

    /// The name of what holds the document, and its number there, as commits name it.
    func committed(_ location: Location) -> (unit: CommittedUnit, ordinal: UInt32) {
        switch location {
        case .segment(let index, let ordinal):
            (.segment(segments[index].segment.id), UInt32(ordinal))
        case .tail(let index, let ordinal):
            (.tail(commit: tail[index].commit.commit), UInt32(ordinal))
        }
    }

    /// Takes in the next commit of the tail: its documents, and what it killed and updated.
    mutating func apply(_ commit: TailCommit, catalogPath: String) throws(StoreError) {
        func damaged(_ unit: CommittedUnit, _ ordinal: UInt32) -> StoreError {
            let place =
                switch unit {
                case .tail(let commit): "commit \(commit)"
                case .segment(let id): "segment \(SegmentName.directory(id))"
                }
            return .damaged(
                file: catalogPath,
                reason: "changes document \(ordinal) of \(place), which is not there"
            )
        }
        for kill in commit.kills {
            switch kill.unit {
            case .segment(let id):
                guard let index = index(ofSegment: id),
                    Int(kill.ordinal) < segments[index].segment.documentCount
                else { throw damaged(kill.unit, kill.ordinal) }
                segments[index].dead.insert(kill.ordinal)
                segments[index].patches[kill.ordinal] = nil
            case .tail(let number):
                guard let index = index(ofCommit: number),
                    Int(kill.ordinal) < tail[index].commit.documentCount
                else { throw damaged(kill.unit, kill.ordinal) }
                tail[index].dead.insert(kill.ordinal)
                tail[index].patches[kill.ordinal] = nil
            }
        }
        for patch in commit.patches {
            let changed = DocumentPatch(version: commit.commit, fields: patch.fields)
            switch patch.unit {
            case .segment(let id):
                guard let index = index(ofSegment: id),
                    Int(patch.ordinal) < segments[index].segment.documentCount
                else { throw damaged(patch.unit, patch.ordinal) }
                segments[index].patches[patch.ordinal] = changed
            case .tail(let number):
                guard let index = index(ofCommit: number),
                    Int(patch.ordinal) < tail[index].commit.documentCount
                else { throw damaged(patch.unit, patch.ordinal) }
                tail[index].patches[patch.ordinal] = changed
            }
        }
        tail.append(TailView(commit: commit, dead: RowSet()))
    }
}
