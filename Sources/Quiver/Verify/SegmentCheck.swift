import Indexes

/// Checks every byte of a segment and everything that its files say of one another.
struct SegmentCheck {
    let segment: Segment
    let schema: StoredSchema

    /// - Throws: `damaged` with the first thing that is wrong.
    func run() throws(StoreError) {
        for file in segment.files { _ = try file.allBytes() }
        try checkKeys()
        try checkTexts()
        try checkFields()
        try checkPatches()
        for field in schema.vectorFields {
            try checkRowMap(of: field)
            try checkRows(of: field)
            _ = try segment.index(of: field.id)
        }
        for field in schema.invertedFields {
            guard let index = try segment.invertedIndex(of: field) else { continue }
            try asStoreError(of: segment.path) { try index.check() }
        }
    }

    private func checkKeys() throws(StoreError) {
        var previous: UnsafeRawBufferPointer?
        for ordinal in 0..<segment.documentCount {
            let key = try segment.keys.key(at: ordinal)
            _ = try asDamage(of: segment.keys.file.path) { () throws(ByteReader.Malformed) in
                try EncodedKey.decode(key)
            }
            if let previous, compareKeys(previous, key) >= 0 {
                throw .damaged(
                    file: segment.keys.file.path,
                    reason: "has key \(ordinal) out of order"
                )
            }
            previous = key
        }
    }

    private func checkTexts() throws(StoreError) {
        let path = segment.documents.file.path
        for ordinal in 0..<segment.documentCount {
            let entry = try segment.documents.entry(at: ordinal)
            guard entry.version >= segment.manifest.lowestVersion,
                entry.version <= segment.manifest.highestVersion
            else {
                throw .damaged(
                    file: path,
                    reason: "has document \(ordinal) of version \(entry.version)"
                )
            }
            guard let text = try segment.text(of: entry) else { continue }
            guard textHash(text) == entry.textHash else {
                throw .damaged(
                    file: path,
                    reason: "has a text that does not match its hash (document \(ordinal))"
                )
            }
        }
    }

    private func checkFields() throws(StoreError) {
        for ordinal in 0..<segment.documentCount {
            let bytes = try segment.fields(of: ordinal)
            _ = try asDamage(of: segment.path) { () throws(ByteReader.Malformed) in
                try EncodedFields.decode(bytes)
            }
        }
    }

    private func checkPatches() throws(StoreError) {
        guard let patches = segment.patches else { return }
        var previous = -1
        for index in 0..<patches.count {
            let ordinal = try patches.ordinal(at: index)
            guard ordinal > previous, ordinal < segment.documentCount else {
                throw .damaged(
                    file: patches.file.path,
                    reason: "has a patch of document \(ordinal) behind one of \(previous)"
                )
            }
            previous = ordinal
        }
    }

    /// The rows of the documents follow one another from the first to the last.
    private func checkRowMap(of field: StoredField) throws(StoreError) {
        let map = segment.rows(of: field.id).map
        guard !map.isIdentity else { return }
        var next = 0
        for ordinal in 0..<segment.documentCount {
            let rows = try map.rows(of: ordinal)
            guard rows.lowerBound == next else {
                throw .damaged(
                    file: segment.path,
                    reason: "has document \(ordinal) in rows \(rows), expected from \(next) on"
                )
            }
            next = rows.upperBound
        }
        guard next == map.rowCount else {
            throw .damaged(file: segment.path, reason: "has rows that are no document's")
        }
    }

    private func checkRows(of field: StoredField) throws(StoreError) {
        let segmentRows = segment.rows(of: field.id)
        guard let rows = try segmentRows.rows() else { return }
        for row in 0..<rows.count {
            let values = rows.decoded(row)
            let norm = try segmentRows.storedRow(row)?.norm
            guard values.allSatisfy(\.isFinite), StoredRow.norm(values) == norm else {
                throw .damaged(
                    file: segment.path,
                    reason: "has row \(row) of field \(field.id) with a norm that is not its own"
                )
            }
        }
    }
}
