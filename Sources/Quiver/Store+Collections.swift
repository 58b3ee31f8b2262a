public import Indexes
import LMDB

extension Store {
    /// The most collections that a store may have.
    public static let maximumCollectionCount = 10_000

    /// The longest name of a collection or a vector field, in UTF-8 bytes.
    public static let maximumNameByteCount = 255

    /// Makes a collection, durably.
    ///
    /// - Parameters:
    ///   - name: 1 to 255 bytes of UTF-8.
    ///   - configuration: its fields.
    ///   - encoders: what vector fields are bound to from the start, by their names; others `Collection.bind` binds.
    ///   - trained: what the indexes of vector fields begin with, by their names; a field's index becomes of that kind.
    /// - Throws: `collectionExists`, `invalidName`, `invalidConfiguration`, `unsupportedIndex`, `tooLarge`, `unknownVectorField`;
    ///   `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func createCollection(
        _ name: String,
        _ configuration: CollectionConfiguration,
        encoders: [String: RememberedEncoder] = [:],
        trained: [String: TrainedIndex] = [:]
    ) throws(StoreError) -> Collection {
        try create([(name, configuration, encoders, trained)])[0]
    }

    /// Makes several collections, durably, all of them or none.
    ///
    /// - Throws: as `createCollection`.
    @discardableResult
    public func createCollections(
        _ collections: [(name: String, configuration: CollectionConfiguration)]
    ) throws(StoreError) -> [Collection] {
        try create(collections.map { ($0.name, $0.configuration, [:], [:]) })
    }

    private func create(
        _ collections: [(
            String, CollectionConfiguration, encoders: [String: RememberedEncoder],
            trained: [String: TrainedIndex]
        )]
    ) throws(StoreError) -> [Collection] {
        let core = try core()
        try core.requireWriter()
        var records: [NewCollection] = []
        for (name, configuration, encoders, trained) in collections {
            try checkName(name, of: "collection")
            var configuration = configuration
            if configuration.cache != nil {
                configuration.fields += [
                    Field(name: CacheSettings.modelField, type: .string),
                    Field(name: CacheSettings.usedField, type: .int64),
                ]
            }
            for (field, index) in trained {
                guard
                    let place = configuration.vectorFields.firstIndex(where: {
                        $0.name.utf8.elementsEqual(field.utf8)
                    })
                else { throw .unknownVectorField(field, collection: name) }
                try configuration.vectorFields[place].take(index)
            }
            try configuration.check()
            var new = NewCollection(
                record: CollectionRecord(name: name, configuration: configuration)
            )
            try new.record.bind(encoders)
            for (field, index) in trained {
                new.trained[try new.record.vectorFieldID(field)] = index
            }
            records.append(new)
        }
        let wanted = records
        let first = try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                try transaction.make(wanted, of: core.catalog)
            }
        }
        return records.enumerated().map { collection(id: first + UInt32($0), record: $1.record) }
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

    /// Removes a collection with everything in it, durably. Named snapshots that hold it keep their documents.
    ///
    /// Handles of it throw `unknownCollection` from then on; snapshots stay readable as long as they are kept.
    ///
    /// - Throws: `unknownCollection`, `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func dropCollection(_ name: String) throws(StoreError) {
        let core = try core()
        try core.requireWriter()
        let collection = try collection(name)
        try core.withWriteLock { () throws(StoreError) in
            let view = try collection.snapshot(of: core).view
            let key = CatalogKey.collection(view.collectionID)
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                for part in view.segments {
                    let directory = SegmentName.directory(part.segment.id)
                    try transaction.retire("\(StoreLayout.segments)/\(directory)", of: core.catalog)
                }
                try transaction.retireLongTexts(of: view, catalog: core.catalog)
                for space in [
                    KeySpace.collections, .states, .segments, .tombstones, .tail, .trained,
                ] {
                    try transaction.removeAll(space, prefix: key, of: core.catalog)
                }
                try transaction.put(
                    try transaction.settings(of: core.catalog),
                    of: core.catalog
                )
            }
            try core.unlinkRetired()
        }
        collection.forgetOpenFiles()
        forget(collection)
    }

    /// The names of all collections, in the order in which they were made.
    public func collectionNames() throws(StoreError) -> [String] {
        let core = try core()
        return try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.collections(of: core.catalog).map(\.record.name)
        }
    }

    /// Brings the store to the newest format now, in one transaction; otherwise the first write does so. Its files stay as they are,
    /// since every version of them is read.
    ///
    /// - Throws: `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`, `damaged`.
    public func upgrade() throws(StoreError) {
        let core = try core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                for (id, record) in try transaction.collections(of: core.catalog) {
                    let key = CatalogKey.collection(id)
                    try transaction.put(.collections, key, record.encoded(), of: core.catalog)
                }
                try transaction.put(
                    try transaction.settings(of: core.catalog),
                    of: core.catalog
                )
            }
        }
    }

    /// The version of the format on disk that a program must know to open this store. It grows with the first
    /// write of a newer program.
    public func formatVersion() throws(StoreError) -> Int {
        let catalog = try core().catalog
        return try catalog.read { (transaction) throws(StoreError) in
            Int(try transaction.settings(of: catalog).format)
        }
    }
}

/// A collection that is not in the catalog yet.
private struct NewCollection {
    var record: CollectionRecord
    /// By the number of the vector field.
    var trained: [UInt32: TrainedIndex] = [:]
}

extension CollectionRecord {
    /// Binds vector fields of a collection that is not there yet.
    fileprivate mutating func bind(
        _ encoders: [String: RememberedEncoder]
    ) throws(StoreError) {
        for (field, encoder) in encoders {
            guard
                let place = schema.vectorFields.firstIndex(where: {
                    $0.field.name.utf8.elementsEqual(field.utf8)
                })
            else { throw .unknownVectorField(field, collection: name) }
            schema.vectorFields[place].encoder = encoder
        }
    }
}

extension WriteTransaction {
    /// Puts new collections into the catalog and gives the number of the first; the others follow.
    fileprivate mutating func make(
        _ records: [NewCollection],
        of catalog: Catalog
    ) throws(StoreError) -> UInt32 {
        var names = Set(try collections(of: catalog).map { Array($0.record.name.utf8) })
        var settings = try settings(of: catalog)
        let first = settings.nextCollectionID
        for (record, trained) in records.map({ ($0.record, $0.trained) }) {
            guard names.insert(Array(record.name.utf8)).inserted else {
                throw .collectionExists(record.name)
            }
            guard names.count <= Store.maximumCollectionCount else {
                throw .tooLarge(
                    what: "number of collections",
                    found: names.count,
                    limit: Store.maximumCollectionCount
                )
            }
            let key = CatalogKey.collection(settings.nextCollectionID)
            for (field, index) in trained {
                let place = CatalogKey.trained(field: field, of: settings.nextCollectionID)
                try put(.trained, place, index.bytes, of: catalog)
            }
            settings.nextCollectionID += 1
            try put(.collections, key, record.encoded(), of: catalog)
            try put(.states, key, CollectionState().encoded(), of: catalog)
        }
        try put(settings, of: catalog)
        return first
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
