/// The live documents of a collection in the order of their keys: a merge of its segments and commits, each of which is sorted.
struct KeyOrder {
    /// A segment or a commit, and how far it is merged.
    private struct Source {
        let place: Int
        let isTail: Bool
        let end: Int
        var ordinal: Int

        var location: CollectionView.Location {
            isTail ? .tail(place, ordinal: ordinal) : .segment(place, ordinal: ordinal)
        }
    }

    private let view: CollectionView
    /// A heap: the source whose next document has the least key comes first.
    private var sources: [Source] = []

    /// - Parameter key: the first document is the one behind it; `nil` begins at the beginning.
    init(_ view: CollectionView, after key: EncodedKey? = nil) throws(StoreError) {
        self.view = view
        for (place, part) in view.segments.enumerated() {
            let end = part.segment.documentCount
            let first = try key.map { (key) throws(StoreError) in
                try Self.place(behind: key, below: end) { (ordinal, body) throws(StoreError) in
                    body(try part.segment.keys.key(at: ordinal))
                }
            }
            try add(Source(place: place, isTail: false, end: end, ordinal: first ?? 0))
        }
        for (place, part) in view.tail.enumerated() {
            let keys = part.commit.keys
            let first = try key.map { (key) throws(StoreError) in
                try Self.place(behind: key, below: keys.count) {
                    (ordinal, body) throws(StoreError) in
                    keys.withKey(at: ordinal) { body($0) }
                }
            }
            try add(Source(place: place, isTail: true, end: keys.count, ordinal: first ?? 0))
        }
    }

    /// The next document; `nil` at the end.
    mutating func next() throws(StoreError) -> CollectionView.Location? {
        guard let first = sources.first else { return nil }
        let location = first.location
        sources[0].ordinal += 1
        skipDead(&sources[0])
        if sources[0].ordinal == sources[0].end {
            sources[0] = sources[sources.count - 1]
            sources.removeLast()
        }
        try sink()
        return location
    }

    private mutating func add(_ source: Source) throws(StoreError) {
        var source = source
        skipDead(&source)
        guard source.ordinal < source.end else { return }
        sources.append(source)
        var place = sources.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard try precedes(sources[place], sources[parent]) else { break }
            sources.swapAt(place, parent)
            place = parent
        }
    }

    private func skipDead(_ source: inout Source) {
        let dead = source.isTail ? view.tail[source.place].dead : view.segments[source.place].dead
        while source.ordinal < source.end, dead.contains(UInt32(source.ordinal)) {
            source.ordinal += 1
        }
    }

    private mutating func sink() throws(StoreError) {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < sources.count {
                if try precedes(sources[child], sources[least]) { least = child }
            }
            if least == place { return }
            sources.swapAt(place, least)
            place = least
        }
    }

    private func precedes(_ left: Source, _ right: Source) throws(StoreError) -> Bool {
        try view.withEncodedKey(at: left.location) { (left) throws(StoreError) in
            try view.withEncodedKey(at: right.location) { (right) throws(StoreError) in
                compareKeys(left, right) < 0
            }
        }
    }

    /// The first of `count` sorted keys that comes behind `key`.
    private static func place(
        behind key: EncodedKey,
        below count: Int,
        _ withKey: (
            _ ordinal: Int, _ body: (UnsafeRawBufferPointer) -> Bool
        ) throws(StoreError) -> Bool
    ) throws(StoreError) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let isBehind = try withKey(middle) { found in
                key.bytes.withUnsafeBytes { compareKeys(found, $0) > 0 }
            }
            if isBehind { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
