import Glibc
import LMDB

/// A state of a whole store that was given a name and stays until it is dropped.
public struct NamedSnapshot: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The last commit that it has.
    public let commit: UInt64
    /// When it was made.
    public let created: Timestamp
}

extension Store {
    /// The most named snapshots of a store.
    public static let maximumSnapshotCount = 10_000

    /// Gives the state of all collections a name. Their tails are sealed first.
    ///
    /// It costs some records in the catalog, and from then on the disk space of what it has and the store has no more.
    ///
    /// - Throws: `snapshotExists`, `invalidName`, `tooLarge`; `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`, `damaged`.
    @discardableResult
    public func createSnapshot(_ name: String) throws(StoreError) -> NamedSnapshot {
        let core = try core()
        try core.requireWriter()
        try checkName(name, of: "snapshot")
        return try core.withWriteLock { () throws(StoreError) in
            guard try !snapshots().contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw .snapshotExists(name)
            }
            for name in try collectionNames() {
                let view = try collection(name).snapshot(of: core).view
                try Seal(core: core, view: view).run { _ in true }
            }
            return try core.catalog.write {
                (transaction: inout WriteTransaction) throws(StoreError) in
                try transaction.createSnapshot(name, of: core.catalog)
            }
        }
    }

    /// The named snapshots, in the order of their names' bytes.
    public func snapshots() throws(StoreError) -> [NamedSnapshot] {
        try core().namedSnapshots().map { name, record in
            NamedSnapshot(name: name, commit: record.commit, created: record.created)
        }
    }

    /// Forgets a named snapshot; what it alone had is unlinked.
    ///
    /// - Throws: `unknownSnapshot`, `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func dropSnapshot(_ name: String) throws(StoreError) {
        let core = try core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                let record = try transaction.snapshot(named: name, of: core.catalog)
                try transaction.retireAnew(
                    try transaction.pinnedPaths(of: core.catalog, bySnapshot: record.number),
                    of: core.catalog
                )
                try transaction.remove(.snapshots, NamedSnapshotKey.name(name), of: core.catalog)
                for part in [NamedSnapshotKey.Part.collection, .state, .segment, .tombstones] {
                    try transaction.removeAll(
                        .snapshots,
                        prefix: NamedSnapshotKey.part(part, of: record.number),
                        of: core.catalog
                    )
                }
            }
            try core.unlinkRetired()
        }
    }

    /// A collection as a named snapshot has it, under the name that it had then.
    ///
    /// Opens the snapshot's files, which nothing takes away while it lives.
    ///
    /// - Throws: `unknownSnapshot`, `unknownCollection`, `damaged`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func snapshot(
        named name: String,
        collection: String
    ) throws(StoreError) -> Snapshot {
        let core = try core()
        return try core.catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            let record = try transaction.snapshot(named: name, of: core.catalog)
            let source = CatalogSource(core: core, snapshot: record.number)
            for (id, found) in try source.collections(transaction)
            where found.name.utf8.elementsEqual(collection.utf8) {
                return Snapshot(
                    core: core,
                    view: try SnapshotLoader.view(id, from: source, transaction, core: core)
                )
            }
            throw .unknownCollection(collection)
        }
    }
}

extension StoreCore {
    func namedSnapshots() throws(StoreError) -> [(name: String, record: NamedSnapshotRecord)] {
        try catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.namedSnapshots(of: catalog)
        }
    }

    /// The collections of a named snapshot.
    func views(ofSnapshot number: UInt32) throws(StoreError) -> [CollectionView] {
        try catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            let source = CatalogSource(core: self, snapshot: number)
            var views: [CollectionView] = []
            for (id, _) in try source.collections(transaction) {
                views.append(try SnapshotLoader.view(id, from: source, transaction, core: self))
            }
            return views
        }
    }
}

extension Transaction where Self: ~Copyable {
    borrowing func namedSnapshots(
        of catalog: Catalog
    ) throws(StoreError) -> [(name: String, record: NamedSnapshotRecord)] {
        var found: [(name: String, record: NamedSnapshotRecord)] = []
        try forEachRecord(.snapshots, prefix: [NamedSnapshotKey.Part.name.rawValue], of: catalog) {
            (key, value) throws(StoreError) in
            let record = try asDamage(of: catalog.path) { () throws(ByteReader.Malformed) in
                try NamedSnapshotRecord.decode(value)
            }
            found.append((String(decoding: key.dropFirst(), as: UTF8.self), record))
        }
        return found
    }

    /// The files and folders that named snapshots need, named from the store's directory on.
    ///
    /// - Parameter snapshot: the number of one; `nil` for all of them.
    borrowing func pinnedPaths(
        of catalog: Catalog,
        bySnapshot snapshot: UInt32? = nil
    ) throws(StoreError) -> Set<String> {
        var pinned: Set<String> = []
        try forEachRecord(
            .snapshots,
            prefix: snapshot.map { NamedSnapshotKey.part(.segment, of: $0) }
                ?? [NamedSnapshotKey.Part.segment.rawValue],
            of: catalog
        ) { (key, value) throws(StoreError) in
            let record = try asDamage(of: catalog.path) { () throws(ByteReader.Malformed) in
                guard key.count == NamedSnapshotKey.prefixByteCount + 12 else {
                    throw .init(reason: "holds a segment of a snapshot under a wrong key")
                }
                return try SegmentRecord.decode(value)
            }
            let id = UInt64(
                bigEndian: key.loadUnaligned(
                    fromByteOffset: NamedSnapshotKey.prefixByteCount + 4,
                    as: UInt64.self
                )
            )
            pinned.formUnion(record.paths(ofSegment: id))
        }
        return pinned
    }
}

extension WriteTransaction {
    /// Moves what a snapshot that is being dropped needed from the transaction that retired it to this one: a reader whose view is in
    /// between sees the snapshot, and may be on its way to the files.
    fileprivate mutating func retireAnew(
        _ paths: Set<String>,
        of catalog: Catalog
    ) throws(StoreError) {
        var listed: [(key: [UInt8], path: String)] = []
        try forEachRecord(.retired, prefix: [], of: catalog) { (key, _) throws(StoreError) in
            let path = String(decoding: key.dropFirst(8), as: UTF8.self)
            if paths.contains(path) { listed.append((Array(key), path)) }
        }
        for (key, path) in listed {
            try remove(.retired, key, of: catalog)
            try retire(path, of: catalog)
        }
    }

    fileprivate mutating func createSnapshot(
        _ name: String,
        of catalog: Catalog
    ) throws(StoreError) -> NamedSnapshot {
        let known = try namedSnapshots(of: catalog)
        guard known.count < Store.maximumSnapshotCount else {
            throw .tooLarge(
                what: "number of snapshots",
                found: known.count + 1,
                limit: Store.maximumSnapshotCount
            )
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let settings = try settings(of: catalog)
        let record = NamedSnapshotRecord(
            number: (known.map(\.record.number).max() ?? 0) + 1,
            commit: settings.commit,
            created: Timestamp(seconds: Int64(now.tv_sec), nanoseconds: UInt32(now.tv_nsec))
                ?? .epoch
        )
        let parts: [(KeySpace, NamedSnapshotKey.Part)] = [
            (.collections, .collection), (.states, .state), (.segments, .segment),
            (.tombstones, .tombstones),
        ]
        for (space, part) in parts {
            var copies: [(key: [UInt8], value: [UInt8])] = []
            try forEachRecord(space, prefix: [], of: catalog) { (key, value) throws(StoreError) in
                copies.append(
                    (NamedSnapshotKey.part(part, of: record.number, Array(key)), Array(value))
                )
            }
            for (key, value) in copies { try put(.snapshots, key, value, of: catalog) }
        }
        try put(.snapshots, NamedSnapshotKey.name(name), record.encoded(), of: catalog)
        try put(settings, of: catalog)
        return NamedSnapshot(name: name, commit: record.commit, created: record.created)
    }
}

extension SegmentRecord {
    /// The segment's folder, and the files in it that came later, named from the store's directory on.
    func paths(ofSegment id: UInt64) -> Set<String> {
        let directory = "\(StoreLayout.segments)/\(SegmentName.directory(id))"
        var paths: Set<String> = [directory]
        if let patches {
            paths.insert("\(directory)/\(SegmentName.patches(generation: patches.generation))")
        }
        for index in indexes {
            // The record need not say which; the other is not there.
            for kind in [SegmentFileKind.graph, .faiss] {
                let name = SegmentName.index(
                    kind,
                    fieldID: index.fieldID,
                    generation: index.generation
                )
                paths.insert("\(directory)/\(name)")
            }
        }
        for name in invertedIndexes.flatMap(\.names) { paths.insert("\(directory)/\(name)") }
        return paths
    }
}

extension Transaction where Self: ~Copyable {
    fileprivate borrowing func snapshot(
        named name: String,
        of catalog: Catalog
    ) throws(StoreError) -> NamedSnapshotRecord {
        // LMDB has no keys as long as any name that is asked for.
        guard name.utf8.count <= Store.maximumNameByteCount,
            let record = try record(
                .snapshots,
                NamedSnapshotKey.name(name),
                of: catalog,
                NamedSnapshotRecord.decode
            )
        else { throw .unknownSnapshot(name) }
        return record
    }
}
