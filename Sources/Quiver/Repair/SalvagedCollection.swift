import Indexes

/// A collection as it is put together out of what can be read.
struct SalvagedCollection {
    /// A segment that is whole, already under the new store's `staging`.
    struct Whole {
        let id: UInt64
        let segment: Segment
        var dead: RowSet
    }

    /// A segment that is not, where it was.
    struct Damaged {
        let segment: DamagedSegment
        var dead: RowSet
        var patches: [UInt32: DocumentPatch] = [:]
    }

    let id: UInt32
    var record: CollectionRecord
    var state: CollectionState
    var whole: [Whole] = []
    var damaged: [Damaged] = []
    var tail: [CollectionView.TailView] = []
    /// Whether the newest segment's manifest has been asked about the schema.
    var isOfNewestSegment = false
    /// The tail's updates of documents in whole segments, by segment and document.
    private(set) var updates: [UInt64: [UInt32: DocumentPatch]] = [:]

    init(id: UInt32, record: CollectionRecord, state: CollectionState) {
        self.id = id
        self.record = record
        self.state = state
    }

    /// Takes in a commit of the tail, and what it killed and updated of what there is.
    mutating func apply(_ commit: TailCommit) {
        for kill in commit.kills {
            switch kill.unit {
            case .segment(let id): self.kill(kill.ordinal, ofSegment: id)
            case .tail(let number):
                guard let index = tail.firstIndex(where: { $0.commit.commit == number }),
                    Int(kill.ordinal) < tail[index].commit.documentCount
                else { continue }
                tail[index].dead.insert(kill.ordinal)
                tail[index].patches[kill.ordinal] = nil
            }
        }
        for patch in commit.patches {
            let changed = DocumentPatch(version: commit.commit, fields: patch.fields)
            switch patch.unit {
            case .segment(let id):
                if let index = damaged.firstIndex(where: { $0.segment.id == id }) {
                    damaged[index].patches[patch.ordinal] = changed
                } else {
                    updates[id, default: [:]][patch.ordinal] = changed
                }
            case .tail(let number):
                guard let index = tail.firstIndex(where: { $0.commit.commit == number }) else {
                    continue
                }
                tail[index].patches[patch.ordinal] = changed
            }
        }
        tail.append(CollectionView.TailView(commit: commit, dead: RowSet()))
    }

    private mutating func kill(_ ordinal: UInt32, ofSegment id: UInt64) {
        updates[id]?[ordinal] = nil
        if let index = whole.firstIndex(where: { $0.id == id }),
            Int(ordinal) < whole[index].segment.documentCount
        {
            whole[index].dead.insert(ordinal)
        }
        if let index = damaged.firstIndex(where: { $0.segment.id == id }),
            Int(ordinal) < damaged[index].segment.documentCount
        {
            damaged[index].dead.insert(ordinal)
            damaged[index].patches[ordinal] = nil
        }
    }

    /// Where a damaged catalog lets a key live twice, lets the newest of its documents live.
    ///
    /// Of two copies of one version one was moved to the other's place by a compaction, and is dead in the old one for that
    /// alone: it lives if either does.
    mutating func settleKeysOfWholeSegments() throws(StoreError) {
        for later in whole.indices {
            for earlier in whole.indices where earlier < later {
                let (first, second) = (whole[earlier].segment, whole[later].segment)
                var deadFirst = whole[earlier].dead
                var deadSecond = whole[later].dead
                try second.keys.forEachCommon(with: first.keys) {
                    (own, theirs) throws(StoreError) in
                    let ownVersion = try second.version(of: Int(own))
                    let theirVersion = try first.version(of: Int(theirs))
                    let isNewer =
                        ownVersion == theirVersion
                        ? !deadSecond.contains(own) : ownVersion > theirVersion
                    if isNewer { deadFirst.insert(theirs) } else { deadSecond.insert(own) }
                }
                whole[earlier].dead = deadFirst
                whole[later].dead = deadSecond
            }
        }
    }

    /// Whether whole segments have a document of `key` that takes the place of one of `version`: a newer one, dead or not, or one of
    /// the same version, that lives if it is not asked for `evenByDead`.
    func isSuperseded(
        _ key: EncodedKey,
        version: UInt64,
        evenByDead: Bool
    ) throws(StoreError) -> Bool {
        try key.bytes.withBytes { (key) throws(StoreError) in
            for part in whole {
                guard let ordinal = try part.segment.keys.ordinal(of: key) else { continue }
                let found = try part.segment.version(of: ordinal)
                let isAlive = !part.dead.contains(UInt32(ordinal))
                if found > version || (found == version && (isAlive || evenByDead)) { return true }
            }
            return false
        }
    }

    /// The highest number of a commit that anything here is of.
    func lastCommit() -> UInt64 {
        var last = state.commit
        for part in whole {
            last = max(
                last,
                part.segment.manifest.highestVersion,
                part.segment.record.adoptingCommit
            )
        }
        for part in damaged { last = max(last, part.segment.highestVersion()) }
        for commit in tail { last = max(last, commit.commit.commit) }
        // What a forged number says is not what commits are counted on from.
        return last < 1 << 62 ? last : 1 << 62
    }
}
