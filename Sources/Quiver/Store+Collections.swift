import LMDB

extension Store {
    /// The most collections that a store may have.
    public static let maximumCollectionCount = 10_000

    /// The longest name of a collection or a vector field, in UTF-8 bytes.
    public static let maximumNameByteCount = 255

    /// Makes a collection, durably.
    ///
    /// - Throws: `collectionExists`, `invalidName`, `invalidConfiguration`, `readOnly`, `file`, `catalog`.
    public func createCollection(
        _ name: String,
        _ configuration: CollectionConfiguration
    ) throws(StoreError) -> Collection {
        let core = try core()
        try core.requireWriter()
        try Self.check(name: name, of: "collection")
        try configuration.check()
        var fields: [StoredField] = []
        for (index, field) in configuration.vectorFields.enumerated() {
            fields.append(StoredField(id: UInt32(index), field: field))
        }
        let record = CollectionRecord(name: name, fields: fields, encoder: nil)
        let id = try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                let known = try transaction.collections(of: core.catalog)
                guard !known.contains(where: { $0.record.name.utf8.elementsEqual(name.utf8) })
                else {
                    throw .collectionExists(name)
                }
                guard known.count < Self.maximumCollectionCount else {
                    throw .tooLarge(
                        what: "number of collections",
                        found: known.count + 1,
                        limit: Self.maximumCollectionCount
                    )
                }
                var settings = try transaction.settings(of: core.catalog)
                let id = settings.nextCollectionID
                settings.nextCollectionID += 1
                if fields.contains(where: \.field.index.needsFAISSFormat) {
                    settings.format = StoreRecord.formatVersion
                }
                let key = CatalogKey.collection(id)
                try transaction.put(
                    .settings,
                    CatalogKey.store,
                    settings.encoded(),
                    of: core.catalog
                )
                try transaction.put(.collections, key, record.encoded(), of: core.catalog)
                try transaction.put(.states, key, CollectionState().encoded(), of: core.catalog)
                return id
            }
        }
        return collection(id: id, record: record)
    }

    /// The collection of that name.
    public func collection(_ name: String) throws(StoreError) -> Collection {
        let core = try core()
        let known = try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.collections(of: core.catalog)
        }
        guard let found = known.first(where: { $0.record.name.utf8.elementsEqual(name.utf8) })
        else {
            throw .unknownCollection(name)
        }
        return collection(id: found.id, record: found.record)
    }

    /// The names of all collections, in the order in which they were made.
    public func collectionNames() throws(StoreError) -> [String] {
        let core = try core()
        return try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.collections(of: core.catalog).map(\.record.name)
        }
    }

    /// The version of the format on disk that a program must know to open this store. It grows when a collection
    /// is made that an older program could not read, and never otherwise.
    public func formatVersion() throws(StoreError) -> Int {
        let catalog = try core().catalog
        return try catalog.read { (transaction) throws(StoreError) in
            Int(try transaction.settings(of: catalog).format)
        }
    }

    private static func check(name: String, of what: String) throws(StoreError) {
        guard !name.isEmpty else {
            throw .invalidName(name, reason: "a \(what)'s name may not be empty")
        }
        guard name.utf8.count <= maximumNameByteCount else {
            throw .invalidName(
                name,
                reason: "a \(what)'s name has at most \(maximumNameByteCount) bytes"
            )
        }
        guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw .invalidName(name, reason: "a \(what)'s name may not hold control characters")
        }
    }

    fileprivate static func check(_ fields: [VectorField]) throws(StoreError) {
        guard fields.count == 1 else {
            throw .invalidConfiguration(
                reason: "a collection has one vector field; \(fields.count) were given"
            )
        }
        for field in fields {
            guard (1...VectorField.maximumDimension).contains(field.dimension) else {
                throw .invalidConfiguration(
                    reason:
                        "a dimension is 1…\(VectorField.maximumDimension), not \(field.dimension)"
                )
            }
            if !field.name.isEmpty { try check(name: field.name, of: "vector field") }
            try field.checkIndex()
        }
    }
}

extension CollectionConfiguration {
    /// Throws `invalidConfiguration`, `unsupportedIndex` or `invalidName` unless a collection can be made of it.
    public func check() throws(StoreError) {
        try Store.check(vectorFields)
    }
}

extension Transaction where Self: ~Copyable {
    borrowing func settings(of catalog: Catalog) throws(StoreError) -> StoreRecord {
        guard
            let record = try record(.settings, CatalogKey.store, of: catalog, StoreRecord.decode)
        else {
            throw .damaged(file: catalog.path, reason: "has no record of the store")
        }
        return record
    }

    borrowing func collections(
        of catalog: Catalog
    ) throws(StoreError) -> [(id: UInt32, record: CollectionRecord)] {
        var found: [(id: UInt32, record: CollectionRecord)] = []
        try forEachRecord(.collections, prefix: [], of: catalog) {
            (key, value) throws(StoreError) in
            let record = try asDamage(of: catalog.path) { () throws(ByteReader.Malformed) in
                guard key.count == 4 else {
                    throw .init(reason: "holds a collection under a key of \(key.count) bytes")
                }
                return try CollectionRecord.decode(value)
            }
            found.append((UInt32(bigEndian: key.loadUnaligned(as: UInt32.self)), record))
        }
        return found
    }
}
