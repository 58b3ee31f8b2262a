extension Snapshot {
    /// The documents of `keys`, in that order, `nil` where there is none.
    public func documents(
        _ keys: [Key],
        contents: Contents = .all
    ) throws(StoreError) -> [StoredDocument?] {
        try process.require()
        var documents: [StoredDocument?] = []
        for key in keys {
            let location = try view.locate(try EncodedKey(key))
            documents.append(
                try location.map { (location) throws(StoreError) in
                    try document(key, at: location, contents: contents)
                }
            )
        }
        return documents
    }

    /// The document at a place.
    func document(
        _ key: Key,
        at location: CollectionView.Location,
        contents: Contents
    ) throws(StoreError) -> StoredDocument {
        var vectors: [String: [Float]] = [:]
        var columns: [String: [String: RowColumnValues]] = [:]
        for field in view.record.schema.vectorFields {
            guard try view.rowCount(at: location, of: field) > 0 else { continue }
            if contents.contains(.vectors) {
                vectors[field.field.name] = try view.vectors(at: location, of: field)
            }
            if contents.contains(.columns), !field.columnIDs.isEmpty {
                columns[field.field.name] = try view.columns(at: location, of: field)
            }
        }
        return StoredDocument(
            key: key,
            version: try view.version(at: location),
            text: contents.contains(.text) ? try view.text(at: location) : nil,
            fields: contents.contains(.fields) ? try view.fields(at: location) : [:],
            vectors: vectors,
            columns: columns
        )
    }
}
