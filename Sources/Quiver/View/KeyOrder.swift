import Indexes

/// The live documents of a collection in the order of their keys: a merge of its segments and commits, each of which is sorted.
struct KeyOrder {
    /// A segment or a commit, and how far it is merged.
    private struct Source {
        enum Keys {
            case file(KeyFile)
            case list(KeyList)
        }

        let place: Int
        let keys: Keys
        let dead: RowSet
        let end: Int
        private(set) var ordinal = 0
        /// Of the next document's key, where there is another source to compare it with.
        private var prefix = KeyPrefix()

        /// - Parameter key: the first document is the one behind it.
        init(
            place: Int,
            keys: Keys,
            dead: RowSet,
            behind key: EncodedKey?
        ) throws(StoreError) {
            self.place = place
            self.keys = keys
            self.dead = dead
            switch keys {
            case .file(let keys): end = keys.count
            case .list(let keys): end = keys.count
            }
            if let key { try skip(to: key) }
            skipDead()
        }

        var isAtEnd: Bool { ordinal == end }

        var location: CollectionView.Location {
            switch keys {
            case .file: .segment(place, ordinal: ordinal)
            case .list: .tail(place, ordinal: ordinal)
            }
        }

        mutating func advance() {
            ordinal += 1
            skipDead()
        }

        /// Binary search.
        private mutating func skip(to key: EncodedKey) throws(StoreError) {
            var low = ordinal
            var high = end
            while low < high {
                ordinal = (low + high) / 2
                let isBehind = try withKey { found in
                    key.bytes.withUnsafeBytes { compareKeys(found, $0) > 0 }
                }
                if isBehind { high = ordinal } else { low = ordinal + 1 }
            }
            ordinal = low
        }

        private mutating func skipDead() {
            while ordinal < end, dead.contains(UInt32(ordinal)) { ordinal += 1 }
        }

        /// Before the next comparison.
        mutating func readPrefix() throws(StoreError) {
            prefix = try withKey { KeyPrefix($0) }
        }

        private func withKey<Result>(
            _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
        ) throws(StoreError) -> Result {
            switch keys {
            case .file(let keys):
                defer { withExtendedLifetime(keys.file) {} }
                return try body(try keys.key(at: ordinal))
            case .list(let keys): return try keys.withKey(at: ordinal, body)
            }
        }

        func precedes(_ other: Source) throws(StoreError) -> Bool {
            if let precedes = prefix.precedes(other.prefix) { return precedes }
            return try withKey { (own) throws(StoreError) in
                try other.withKey { (other) throws(StoreError) in compareKeys(own, other) < 0 }
            }
        }
    }

    /// A heap: the source whose next document has the least key comes first.
    private var sources: [Source] = []

    /// - Parameter key: the first document is the one behind it; `nil` begins at the beginning.
    init(_ view: CollectionView, after key: EncodedKey? = nil) throws(StoreError) {
        for (place, part) in view.segments.enumerated() {
            let keys = Source.Keys.file(part.segment.keys)
            add(try Source(place: place, keys: keys, dead: part.dead, behind: key))
        }
        for (place, part) in view.tail.enumerated() {
            let keys = Source.Keys.list(part.commit.keys)
            add(try Source(place: place, keys: keys, dead: part.dead, behind: key))
        }
        guard sources.count > 1 else { return }
        for index in sources.indices { try sources[index].readPrefix() }
        for index in (0..<(sources.count / 2)).reversed() { try sink(from: index) }
    }

    private mutating func add(_ source: Source) {
        if !source.isAtEnd { sources.append(source) }
    }

    /// The next document; `nil` at the end.
    mutating func next() throws(StoreError) -> CollectionView.Location? {
        guard let location = sources.first?.location else { return nil }
        sources[0].advance()
        if sources[0].isAtEnd {
            sources.swapAt(0, sources.count - 1)
            sources.removeLast()
        } else if sources.count > 1 {
            try sources[0].readPrefix()
        }
        try sink(from: 0)
        return location
    }

    private mutating func sink(from start: Int) throws(StoreError) {
        var place = start
        while true {
            var least = place
            for child in (2 * place + 1)..<(2 * place + 3) where child < sources.count {
                if try sources[child].precedes(sources[least]) { least = child }
            }
            if least == place { return }
            sources.swapAt(place, least)
            place = least
        }
    }
}
