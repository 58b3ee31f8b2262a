// What is asked of many documents in turn, as whoever copies them does. A segment is looked up once for all of its documents
// that follow one another: the counting of references would be a third of the time of a compaction.
extension CollectionView {
    /// Each document's key as it is stored.
    func forEachEncodedKey(
        of documents: ArraySlice<Location>,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        try forEachStretch(of: documents) { (part, stretch) throws(StoreError) in
            let keys = part.segment.keys
            for location in stretch { try body(try keys.key(at: location.ordinal)) }
        } tail: { (location) throws(StoreError) in
            try withEncodedKey(at: location, body)
        }
    }

    /// Each document's version, the hash of its text, 0 if it has none, and its text in UTF-8.
    func forEachText(
        of documents: ArraySlice<Location>,
        _ body: (_ version: UInt64, _ textHash: UInt64, _ text: UnsafeRawBufferPointer?)
            throws(StoreError) -> Void
    ) throws(StoreError) {
        try forEachStretch(of: documents) { (part, stretch) throws(StoreError) in
            let segment = part.segment
            let entries = segment.documents
            for location in stretch {
                let entry = try entries.entry(at: location.ordinal)
                let version =
                    if let patch = part.patches[UInt32(location.ordinal)] {
                        patch.version
                    } else {
                        try segment.version(of: location.ordinal, entry)
                    }
                try body(version, entry.textHash, try segment.text(of: entry))
            }
        } tail: { (location) throws(StoreError) in
            let version = try version(at: location)
            let hash = try textHash(at: location)
            try withText(at: location) { (text) throws(StoreError) in
                try body(version, hash, text)
            }
        }
    }

    /// Each document's metadata (`EncodedFields`).
    func forEachFields(
        of documents: ArraySlice<Location>,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        try forEachStretch(of: documents) { (part, stretch) throws(StoreError) in
            let segment = part.segment
            for location in stretch {
                if let patch = part.patches[UInt32(location.ordinal)] {
                    try patch.fields.withBytes(body)
                } else {
                    try body(try segment.fields(of: location.ordinal))
                }
            }
        } tail: { (location) throws(StoreError) in
            try withFields(at: location, body)
        }
    }

    /// Each of the documents' rows as it is stored, with its norm, and its scale under `int8`.
    func forEachStoredRow(
        of field: StoredField,
        in documents: ArraySlice<Location>,
        _ body: (_ values: UnsafeRawBufferPointer, _ norm: Float, _ scale: Float?)
            throws(StoreError) -> Void
    ) throws(StoreError) {
        try forEachStretch(of: documents) { (part, stretch) throws(StoreError) in
            let rows = part.segment.rows(of: field.id)
            for location in stretch {
                for row in try rows.map.rows(of: location.ordinal) {
                    guard let stored = try rows.storedRow(row) else { continue }
                    try body(stored.values, stored.norm, stored.scale)
                }
            }
        } tail: { (location) throws(StoreError) in
            guard case .tail(let place, let ordinal) = location else { return }
            let rows = tail[place].commit.rows(of: field.id)
            for row in try rows.map.rows(of: ordinal) {
                guard let (block, place) = rows.block(of: row) else { continue }
                try block.withStoredRow(place, of: field.field, body)
            }
        }
    }

    /// The tail's live documents in the order of their keys.
    func sortedTailDocuments() throws(StoreError) -> [Location] {
        var tail = self
        tail.segments = []
        var documents: [Location] = []
        documents.reserveCapacity(tailLiveCount)
        var order = try KeyOrder(tail)
        while let location = try order.next() { documents.append(location) }
        return documents
    }

    /// Whether it is known without counting that every document has one row of the field.
    func hasOneRowEach(of field: StoredField) -> Bool {
        segments.allSatisfy { $0.segment.rows(of: field.id).map.isIdentity }
            && tail.allSatisfy { $0.commit.rows(of: field.id).map.isIdentity }
    }

    /// Calls `segment` with documents that follow one another in one, and `tail` with each one that is in none.
    private func forEachStretch(
        of documents: ArraySlice<Location>,
        segment: (_ part: SegmentView, _ stretch: ArraySlice<Location>) throws(StoreError) -> Void,
        tail: (_ location: Location) throws(StoreError) -> Void
    ) throws(StoreError) {
        var start = documents.startIndex
        while start < documents.endIndex {
            guard case .segment(let place, _) = documents[start] else {
                try tail(documents[start])
                start += 1
                continue
            }
            var end = start + 1
            while end < documents.endIndex, case .segment(place, _) = documents[end] { end += 1 }
            let part = segments[place]
            defer { withExtendedLifetime(part) {} }
            try segment(part, documents[start..<end])
            start = end
        }
    }
}
