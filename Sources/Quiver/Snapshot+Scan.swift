extension Snapshot {
    /// The documents that `filter` holds of, in the order of their keys.
    ///
    /// Reads each document's metadata, and what is asked for of those that match; nothing is kept in memory. For millions of
    /// documents give `after` the last key of before and continue later.
    ///
    /// - Parameters:
    ///   - filter: `nil` for all of them.
    ///   - after: the scan begins behind this key, whether or not it is there.
    ///   - contents: what `body` is given of a document beside key and version.
    ///   - body: `false` ends the scan.
    /// - Throws: `unknownField`, `invalidFilter`, `invalidKey`, `damaged`, `usedAfterFork`, `file`.
    public func scan(
        _ filter: Filter? = nil,
        after: Key? = nil,
        contents: Contents = [],
        _ body: (StoredDocument) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try process.require()
        let bound = try bound(filter)
        var order = try KeyOrder(
            view,
            after: try after.map { (key) throws(StoreError) in try EncodedKey(key) }
        )
        while let location = try order.next() {
            guard try view.matches(bound, at: location) else { continue }
            let document = try document(
                try view.key(at: location),
                at: location,
                contents: contents
            )
            guard try body(document) else { return }
        }
    }

    /// How many documents `filter` holds of.
    public func count(_ filter: Filter? = nil) throws(StoreError) -> Int {
        try process.require()
        guard let bound = try bound(filter) else { return liveCount }
        var count = 0
        for place in view.segments.indices {
            count += try view.documents(ofSegment: place, bound).count
        }
        for place in view.tail.indices {
            count += try view.documents(ofTail: place, bound).count
        }
        return count
    }

    private func bound(_ filter: Filter?) throws(StoreError) -> BoundFilter? {
        try filter.map { (filter) throws(StoreError) in
            try BoundFilter(filter, record: view.record)
        }
    }
}

extension CollectionView {
    /// Each live document, in the order in which they are stored.
    func forEachLiveDocument(
        _ body: (Location) throws(StoreError) -> Void
    ) throws(StoreError) {
        for (place, part) in segments.enumerated() {
            for ordinal in 0..<part.segment.documentCount
            where !part.dead.contains(UInt32(ordinal)) {
                try body(.segment(place, ordinal: ordinal))
            }
        }
        for (place, part) in tail.enumerated() {
            for ordinal in 0..<part.commit.documentCount
            where !part.dead.contains(UInt32(ordinal)) {
                try body(.tail(place, ordinal: ordinal))
            }
        }
    }

    /// Whether the filter, if there is one, holds of a document.
    func matches(_ filter: BoundFilter?, at location: Location) throws(StoreError) -> Bool {
        guard let filter else { return true }
        return try withFields(at: location) { (fields) throws(StoreError) in
            try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try filter.matches(fields)
            }
        }
    }
}
