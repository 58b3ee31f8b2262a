extension Snapshot {
    /// The documents of `keys`, in that order, `nil` where there is none.
    public func documents(
        _ keys: [Key], contents: Contents = [.text, .vectors]
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
                for field in record.fields { vectors[field.field.name] = try row(at: location, of: field) }
            }
            documents.append(
                StoredDocument(
                    key: key, version: try version(at: location),
                    text: contents.contains(.text) ? try text(at: location) : nil, vectors: vectors))
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
                try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in try EncodedKey.decode(bytes) }
            }
        }
    }

    func version(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal): try segments[index].segment.documents.entry(at: ordinal).version
        case .tail(let index, _): tail[index].commit.commit
        }
    }

    func textHash(at location: Location) throws(StoreError) -> UInt64 {
        switch location {
        case .segment(let index, let ordinal): try segments[index].segment.documents.entry(at: ordinal).textHash
        case .tail(let index, let ordinal): tail[index].commit.textHashes[ordinal]
        }
    }

    func text(at location: Location) throws(StoreError) -> String? {
        switch location {
        case .segment(let index, let ordinal):
            let segment = segments[index].segment
            let entry = try segment.documents.entry(at: ordinal)
            return try segment.text(of: entry).map { String(decoding: $0, as: UTF8.self) }
        case .tail(let index, let ordinal):
            return try tail[index].commit.withText(of: ordinal) { (bytes) throws(StoreError) in
                bytes.map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    func row(at location: Location, of field: StoredField) throws(StoreError) -> [Float] {
        switch location {
        case .segment(let index, let ordinal):
            return try segments[index].segment.row(ordinal, of: field.id)
        case .tail(let index, let ordinal):
            guard let (block, row) = tail[index].commit.block(of: ordinal, field: field.id) else {
                throw .damaged(
                    file: Catalog.fileName,
                    reason: "has no row of document \(ordinal) in commit \(tail[index].commit.commit)")
            }
            return block.withRows(of: field.field) { $0.decode(row) }
        }
    }
}
