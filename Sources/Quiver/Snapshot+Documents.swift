extension Snapshot {
    /// The documents of `keys`, in that order, `nil` where there is none.
    public func documents(
        _ keys: [Key],
        contents: Contents = [.text, .vectors]
    ) throws(StoreError) -> [StoredDocument?] {
        try process.require()
        var documents: [StoredDocument?] = []
        for key in keys {
            guard let location = try locate(try EncodedKey(key)) else {
                documents.append(nil)
                continue
            }
            var vectors: [String: [Float]] = [:]
            if contents.contains(.vectors) {
                for field in record.fields {
                    vectors[field.field.name] = try row(at: location, of: field)
                }
            }
            documents.append(
                StoredDocument(
                    key: key,
                    version: try version(at: location),
                    text: contents.contains(.text) ? try text(at: location) : nil,
                    vectors: vectors
                )
            )
        }
        return documents
    }

    func key(at location: Location) throws(StoreError) -> Key {
        switch location {
        case .segment(let index, let ordinal):
            let keys = segments[index].segment.keys
            let bytes = try keys.key(at: ordinal)
            return try asDamage(of: keys.file.path) { () throws(ByteReader.Malformed) in
                try EncodedKey.decode(bytes)
            }
        case .tail(let index, let ordinal):
            return try tail[index].commit.keys.withKey(at: ordinal) { (bytes) throws(StoreError) in
                try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                    try EncodedKey.decode(bytes)
                }
            }
        }
    }

    func version(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal):
            try segments[index].segment.documents.entry(at: ordinal).version
        case .tail(let index, _): tail[index].commit.commit
        }
    }

    func textHash(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal):
            try segments[index].segment.documents.entry(at: ordinal).textHash
        case .tail(let index, let ordinal): tail[index].commit.textHashes[ordinal]
        }
    }

    /// A document's text in UTF-8, during `body`; `nil` if it has none.
    func withText<Result>(
        at location: Location,
        _ body: (UnsafeRawBufferPointer?) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        switch location {
        case .segment(let index, let ordinal):
            let segment = segments[index].segment
            return try body(try segment.text(of: try segment.documents.entry(at: ordinal)))
        case .tail(let index, let ordinal):
            return try tail[index].commit.withText(of: ordinal, body)
        }
    }

    func text(at location: Location) throws(StoreError) -> String? {
        try withText(at: location) { (bytes) throws(StoreError) in
            bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A document's row as it is stored, its norm, and its scale under `int8`, during `body`.
    func withStoredRow(
        at location: Location,
        of field: StoredField,
        _ body: (_ values: UnsafeRawBufferPointer, _ norm: Float, _ scale: Float?)
            throws(StoreError) -> Void
    ) throws(StoreError) {
        switch location {
        case .segment(let index, let ordinal):
            let row = try segments[index].segment.storedRow(ordinal, of: field.id)
            try body(row.values, row.norm, row.scale)
        case .tail(let index, let ordinal):
            let (block, row) = try block(tail[index].commit, ordinal, of: field)
            try block.withStoredRow(row, of: field.field, body)
        }
    }

    func row(at location: Location, of field: StoredField) throws(StoreError) -> [Float] {
        switch location {
        case .segment(let index, let ordinal):
            return try segments[index].segment.row(ordinal, of: field.id)
        case .tail(let index, let ordinal):
            let (block, row) = try block(tail[index].commit, ordinal, of: field)
            return block.withRows(of: field.field) { $0.decoded(row) }
        }
    }

    private func block(
        _ commit: TailCommit,
        _ ordinal: Int,
        of field: StoredField
    ) throws(StoreError) -> (block: TailCommit.Block, row: Int) {
        guard let found = commit.block(of: ordinal, field: field.id) else {
            throw .damaged(
                file: Catalog.fileName,
                reason: "has no row of document \(ordinal) in commit \(commit.commit)"
            )
        }
        return found
    }
}
