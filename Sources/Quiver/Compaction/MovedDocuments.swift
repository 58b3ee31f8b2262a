import Files
import Indexes

/// What has become of documents since they were copied, and what is left of where they were.
struct MovedDocuments {
    private let move: SegmentMove
    private let made: Segment?
    /// In the new segment.
    private(set) var dead = RowSet()
    private var patches: [UInt32: DocumentPatch] = [:]
    /// The old segments that are still there, with everything dead in them that was or has moved.
    private(set) var sources: [(segment: Segment, dead: RowSet)] = []

    init(move: SegmentMove, made: Segment?) {
        self.move = move
        self.made = made
    }

    var isEverythingDead: Bool { dead.count == move.documents.count }

    /// Compares one of the old segments, as it was, with what it is now.
    ///
    /// - Parameter current: without changes to the old segments in its tail.
    mutating func take(from place: Int, _ current: CollectionView) throws(StoreError) {
        let then = move.view.segments[place]
        let end = try moveEnd(of: place)
        guard let now = current.index(ofSegment: then.segment.id) else {
            // Everything in it has died.
            for ordinal in 0..<end where !then.dead.contains(UInt32(ordinal)) {
                try die(then.segment, ordinal)
            }
            return
        }
        let segment = current.segments[now]
        var left = segment.dead
        for ordinal in 0..<end {
            let row = UInt32(ordinal)
            if segment.dead.contains(row) {
                if !then.dead.contains(row) { try die(then.segment, ordinal) }
            } else {
                left.insert(row)
            }
        }
        sources.append((segment.segment, left))
        guard let changed = segment.segment.patches else { return }
        for index in 0..<changed.count {
            let ordinal = try changed.ordinal(at: index)
            let version = try changed.version(at: index)
            // Those of before were copied.
            guard ordinal < end, version > move.view.state.commit,
                !segment.dead.contains(UInt32(ordinal)),
                let target = try target(then.segment, ordinal)
            else { continue }
            patches[target] = DocumentPatch(
                version: version,
                fields: Array(try changed.fields(at: index))
            )
        }
    }

    /// Writes what was updated meanwhile beside the new segment's files.
    func writePatches(
        into directory: String,
        core: StoreCore
    ) throws(StoreError) -> SegmentRecord.Patches? {
        guard !patches.isEmpty else { return nil }
        let sorted = patches.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        do {
            var file = try SegmentFileWriter(
                creating: "\(directory)/\(SegmentName.patches(generation: 1))",
                kind: .patches,
                in: core.fileSystem
            )
            try PatchFile.write(sorted, into: &file)
            let summary = try file.finish()
            try core.fileSystem.syncDirectory(directory)
            return .init(generation: 1, file: summary)
        } catch {
            throw .file(error)
        }
    }

    /// The first document of an old segment that is behind all that moved.
    private func moveEnd(of place: Int) throws(StoreError) -> Int {
        let segment = move.view.segments[place].segment
        if move.isLast { return segment.documentCount }
        guard let last = move.documents.last else { return 0 }
        return try move.view.withEncodedKey(at: last) { (key) throws(StoreError) in
            var low = 0
            var high = segment.documentCount
            while low < high {
                let middle = (low + high) / 2
                if compareKeys(try segment.keys.key(at: middle), key) <= 0 {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
    }

    private mutating func die(_ segment: Segment, _ ordinal: Int) throws(StoreError) {
        if let target = try target(segment, ordinal) { dead.insert(target) }
    }

    /// Where a document of an old segment is in the new one.
    private func target(_ segment: Segment, _ ordinal: Int) throws(StoreError) -> UInt32? {
        let key = try segment.keys.key(at: ordinal)
        return try made?.keys.ordinal(of: key).map { UInt32($0) }
    }
}
