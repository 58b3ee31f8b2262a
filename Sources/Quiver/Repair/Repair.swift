import Files
import Glibc
import Indexes
import LMDB

/// A repair that is under way (`Store.repair`).
struct Repair {
    let source: String
    let catalog: SalvagedCatalog
    let core: StoreCore
    let store: Store
    var collections: [UInt32: SalvagedCollection] = [:]
    /// The collections' names, which are different if their bytes are.
    var names: Set<[UInt8]> = []
    /// What has come over of each segment, whole.
    var wholeRecords: [UInt64: Set<SegmentRecord>] = [:]
    var settings: StoreRecord
    var report = RepairReport()

    init(of source: String, into destination: String) throws(StoreError) {
        self.source = source
        catalog = try SalvagedCatalog(store: source)
        settings = StoreRecord()
        settings.commit = 0
        if let found = catalog.value(.settings, CatalogKey.store),
            let record = found.decoded(StoreRecord.decode)
        {
            guard StoreRecord.readableFormats.contains(record.format) else {
                throw .unsupportedFormat(
                    path: source,
                    found: record.format,
                    supported: StoreRecord.formatVersion
                )
            }
            settings = record
        }
        store = try Store.create(at: destination)
        core = try store.core()
        report.damage = catalog.damage.map { .init(file: Catalog.fileName, reason: $0) }
        report.isCatalogDamaged = !catalog.damage.isEmpty
    }

    mutating func run(progress: (Progress) -> Bool) throws(StoreError) {
        defer { store.close() }
        collectCollections()
        var candidates = try segmentsToTake()
        for index in candidates.indices { try readManifest(of: &candidates[index]) }
        settleSchemas(candidates)
        for (place, candidate) in candidates.enumerated() {
            let now = Progress(stage: .verifying, completed: place, total: candidates.count)
            guard progress(now) else { throw .cancelled }
            try take(candidate)
        }
        for id in collections.keys.sorted() {
            takeTail(of: id)
            if report.isCatalogDamaged { try collections[id]?.settleKeysOfWholeSegments() }
        }
        let snapshots = try takeSnapshots()
        try publish(snapshots)
        for collection in collections.values.sorted(by: { $0.id < $1.id }) {
            try LooseDocuments(collection: collection, store: store).write(into: &report)
        }
    }

    /// Notes what is wrong with a file of the damaged store, and throws on what is wrong with this process or the new one.
    mutating func note(_ error: StoreError, of file: String) throws(StoreError) {
        if case .file(.system(let operation, let path, let code)) = error,
            path.hasPrefix("\(source)/"), ![EMFILE, ENFILE, ENOMEM].contains(code)
        {
            let reason = "cannot be read (\(operation): \(String(cString: strerror(code))))"
            report.damage.append(
                .init(file: String(path.dropFirst(source.count + 1)), reason: reason)
            )
            return
        }
        try report.damage.note(error, of: file, in: source)
    }

    mutating func collectCollections() {
        for (key, value) in catalog.entries(.collections) where key.count == 4 {
            guard let record = value.decoded(CollectionRecord.decode) else { continue }
            let state = catalog.value(.states, key)?.decoded(CollectionState.decode)
            let id = key.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
            add(id, record, state ?? CollectionState())
        }
    }

    /// Two collections can have one name only where one of them is of an older state.
    mutating func add(_ id: UInt32, _ record: CollectionRecord, _ state: CollectionState) {
        guard id < UInt32.max else { return }
        var record = record
        if !names.insert(Array(record.name.utf8)).inserted {
            let suffix = " (\(id))"
            while record.name.utf8.count + suffix.utf8.count > Store.maximumNameByteCount {
                record.name.removeLast()
            }
            record.name += suffix
            names.insert(Array(record.name.utf8))
        }
        collections[id] = SalvagedCollection(id: id, record: record, state: state)
    }

    /// Takes what the newest segment of a collection says of it where the catalog has lost that, or has an older state.
    mutating func settleSchemas(_ candidates: [Candidate]) {
        guard report.isCatalogDamaged else { return }
        for candidate in candidates.reversed() {
            guard let manifest = candidate.manifest else { continue }
            let id = candidate.collectionID ?? manifest.collectionID
            let record = CollectionRecord(manifest)
            guard let known = collections[id]?.record else {
                add(id, record, CollectionState())
                collections[id]?.isOfNewestSegment = true
                continue
            }
            if record.nextFieldID > known.nextFieldID {
                collections[id]?.record.nextFieldID = record.nextFieldID
                if collections[id]?.isOfNewestSegment == false {
                    collections[id]?.record.schema = record.schema
                }
            }
            collections[id]?.isOfNewestSegment = true
        }
    }
}

extension CollectionRecord {
    /// What a segment's manifest says of its collection, for a catalog that has lost it.
    init(_ manifest: SegmentManifest) {
        let schema = manifest.schema
        let numbers =
            schema.vectorFields.flatMap { [$0.id] + $0.columnIDs } + schema.fields.map(\.id)
        self.init(
            name: manifest.collectionName,
            nextFieldID: numbers.max().map { $0 &+ 1 } ?? 0,
            schema: schema
        )
    }
}

extension [UInt8] {
    /// What `decode` makes of the bytes; `nil` if they are malformed.
    func decoded<Record>(
        _ decode: (UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Record
    ) -> Record? {
        withBytes { bytes in try? decode(bytes) }
    }
}
