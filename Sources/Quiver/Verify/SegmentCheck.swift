import Indexes

/// Checks every byte of a segment and everything that its files say of one another.
struct SegmentCheck {
    let segment: Segment
    let fields: [StoredField]

    /// - Throws: `damaged` with the first thing that is wrong.
    func run() throws(StoreError) {
        for file in segment.files { _ = try file.allBytes() }
        try checkKeys()
        try checkTexts()
        for field in fields {
            try checkRows(of: field)
            _ = try segment.index(of: field.id)
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

    private func checkRows(of field: StoredField) throws(StoreError) {
        let rows = try segment.rows(of: field.id)
        for row in 0..<rows.count {
            let values = rows.decoded(row)
            let norm = try segment.storedRow(row, of: field.id).norm
            guard values.allSatisfy(\.isFinite), StoredRow.norm(values) == norm else {
                throw .damaged(
                    file: segment.path,
                    reason: "has row \(row) of field \(field.id) with a norm that is not its own"
                )
            }
        }
    }
}
