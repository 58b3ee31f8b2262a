import Indexes
import Synchronization
import TextIndex

/// The inverted indexes of the tail, in memory. They are made when words or sparse vectors are first looked for, grow with the tail, and are shared by the
/// views that have the same tail, or the beginning of it.
///
/// Commits that came since the last search make a new index; neighbours of about the same length are merged, so that each text is
/// analysed once and each index entry is moved about log₂ times.
final class TailInvertedIndexes: Sendable {
    /// Some commits that follow one another.
    fileprivate struct Run: Sendable {
        let fields: [InvertedField]
        let first: UInt64
        let last: UInt64
        let commitCount: Int
        /// In the order of their keys, as if the first commit were the tail's first.
        let documents: [PackedLocation]
        let indexes: [UInt32: InvertedIndex]
    }

    private let runs = Mutex<[Run]>([])

    /// Units of all documents in the tail of `view`.
    func units(of view: CollectionView) throws(StoreError) -> [InvertedUnit] {
        guard !view.tail.isEmpty else { return [] }
        let fields = view.record.schema.invertedFields
        var known = runs.withLock { $0 }
        known.removeAll { $0.fields != fields }
        var made: [Run] = []
        var place = 0
        while place < view.tail.count {
            if let run = known.first(where: { $0.isIn(view.tail, at: place) }) {
                made.append(run)
                place += run.commitCount
                continue
            }
            var end = place + 1
            while end < view.tail.count, !known.contains(where: { $0.isIn(view.tail, at: end) }) {
                end += 1
            }
            made.append(try Self.run(of: view, place..<end, fields))
            place = end
            while made.count > 1,
                2 * made[made.count - 1].documents.count >= made[made.count - 2].documents.count
            {
                let last = made.removeLast()
                let first = made.removeLast()
                made.append(try Self.merged(first, last, of: view, endingAt: place))
            }
        }
        let current = made
        runs.withLock { runs in
            // A view with a shorter tail does not take from the others what they have.
            if let last = runs.last, last.last > current[current.count - 1].last { return }
            runs = current
        }
        var units: [InvertedUnit] = []
        place = 0
        for run in current {
            let first = place
            units.append(
                InvertedUnit(
                    documents: .listed(
                        first == 0 ? run.documents : run.documents.map { $0.moved(by: first) }
                    ),
                    indexes: run.indexes,
                    name: "tail"
                )
            )
            place += run.commitCount
        }
        return units
    }

    /// The documents of some commits in the order of their keys, dead ones included, as if the first commit were the tail's first.
    private static func documents(
        of view: CollectionView,
        _ commits: Range<Int>
    ) throws(StoreError) -> (view: CollectionView, documents: [CollectionView.Location]) {
        var part = view
        part.segments = []
        part.tail = view.tail[commits].map { .init(commit: $0.commit, dead: RowSet()) }
        return (part, try part.sortedTailDocuments())
    }

    private static func run(
        of view: CollectionView,
        _ commits: Range<Int>,
        _ fields: [InvertedField]
    ) throws(StoreError) -> Run {
        let (part, documents) = try documents(of: view, commits)
        var indexes: [UInt32: InvertedIndex] = [:]
        for field in fields {
            indexes[field.id] = try part.invertedIndex(of: documents[...], field)
        }
        return Run(
            fields: fields,
            first: view.tail[commits.lowerBound].commit.commit,
            last: view.tail[commits.upperBound - 1].commit.commit,
            commitCount: commits.count,
            documents: documents.map { PackedLocation($0) },
            indexes: indexes
        )
    }

    /// Both lists in the order of their keys, and the place of each document of either. Of equal keys those of the first list come
    /// first, so that each list stays in its order.
    private static func mergedDocuments(
        _ one: [PackedLocation],
        _ other: [PackedLocation],
        of view: CollectionView,
        from first: Int
    ) throws(StoreError) -> (documents: [PackedLocation], numbers: [[UInt32]]) {
        var documents: [PackedLocation] = []
        documents.reserveCapacity(one.count + other.count)
        var numbers: [[UInt32]] = [[], []]
        func precedes(
            _ later: PackedLocation,
            _ earlier: PackedLocation
        ) throws(StoreError) -> Bool {
            try view.withEncodedKey(at: later.moved(by: first).location) {
                (later) throws(StoreError) in
                try view.withEncodedKey(at: earlier.moved(by: first).location) { earlier in
                    compareKeys(later, earlier) < 0
                }
            }
        }
        var (next, last) = (0, 0)
        while next < one.count || last < other.count {
            let takesLast =
                if next == one.count { true } else if last == other.count { false } else {
                    try precedes(other[last], one[next])
                }
            numbers[takesLast ? 1 : 0].append(UInt32(documents.count))
            documents.append(takesLast ? other[last] : one[next])
            if takesLast { last += 1 } else { next += 1 }
        }
        return (documents, numbers)
    }

    private static func merged(
        _ one: Run,
        _ other: Run,
        of view: CollectionView,
        endingAt end: Int
    ) throws(StoreError) -> Run {
        let commits = (end - one.commitCount - other.commitCount)..<end
        let (documents, moved) = try mergedDocuments(
            one.documents,
            other.documents.map { $0.moved(by: one.commitCount) },
            of: view,
            from: commits.lowerBound
        )
        var indexes: [UInt32: InvertedIndex] = [:]
        for field in one.fields {
            indexes[field.id] = try asStoreError(of: Catalog.fileName) {
                var parts: [TextIndexMerger.Part] = []
                for (run, numbers) in zip([one, other], moved) {
                    guard let index = run.indexes[field.id] else { continue }
                    parts.append(.init(index, numbers: numbers))
                }
                guard !parts.isEmpty else { return nil }
                let merger = try TextIndexMerger(
                    parts,
                    kind: field.kind,
                    documentCount: documents.count
                )
                var bytes = TextIndexBytes()
                try merger.write(to: &bytes)
                return try InvertedIndex(TextIndexMemory(bytes))
            }
        }
        return Run(
            fields: one.fields,
            first: one.first,
            last: other.last,
            commitCount: commits.count,
            documents: documents,
            indexes: indexes
        )
    }
}

extension TailInvertedIndexes.Run {
    fileprivate func isIn(_ tail: [CollectionView.TailView], at place: Int) -> Bool {
        place + commitCount <= tail.count && tail[place].commit.commit == first
            && tail[place + commitCount - 1].commit.commit == last
    }
}
