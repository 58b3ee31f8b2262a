import LMDB

/// Where in the catalog the records of collections are: those of now, or copies of them under a named snapshot.
struct CatalogSource {
    let core: StoreCore
    /// The number of the named snapshot; `nil` for now.
    let snapshot: UInt32?

    private func place(
        _ space: KeySpace,
        _ key: [UInt8]
    ) -> (space: KeySpace, key: [UInt8], prefixByteCount: Int) {
        guard let snapshot else { return (space, key, 0) }
        let part: NamedSnapshotKey.Part =
            switch space {
            case .collections: .collection
            case .states: .state
            case .segments: .segment
            default: .tombstones
            }
        return (
            .snapshots, NamedSnapshotKey.part(part, of: snapshot, key),
            NamedSnapshotKey.prefixByteCount
        )
    }

    func record<Record>(
        _ transaction: borrowing some Transaction & ~Copyable,
        _ space: KeySpace,
        _ key: [UInt8],
        _ decode: (UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Record
    ) throws(StoreError) -> Record? {
        let place = place(space, key)
        return try transaction.record(place.space, place.key, of: core.catalog, decode)
    }

    /// The checksum that is stored with what is under `key`; `nil` if there is nothing.
    func checksum(
        _ transaction: borrowing some Transaction & ~Copyable,
        _ space: KeySpace,
        _ key: [UInt8]
    ) throws(StoreError) -> UInt64? {
        let place = place(space, key)
        return try transaction.storedChecksum(place.space, place.key, of: core.catalog)
    }

    /// Each entry whose key begins with `prefix`; keys as they are without a named snapshot.
    func forEachRecord(
        _ transaction: borrowing some Transaction & ~Copyable,
        _ space: KeySpace,
        prefix: [UInt8],
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(StoreError)
            -> Void
    ) throws(StoreError) {
        let place = place(space, prefix)
        try transaction.forEachRecord(place.space, prefix: place.key, of: core.catalog) {
            (key, value) throws(StoreError) in
            try body(
                UnsafeRawBufferPointer(rebasing: key.dropFirst(place.prefixByteCount)),
                value
            )
        }
    }

    func collections(
        _ transaction: borrowing some Transaction & ~Copyable
    ) throws(StoreError) -> [(id: UInt32, record: CollectionRecord)] {
        var found: [(id: UInt32, record: CollectionRecord)] = []
        try forEachRecord(transaction, .collections, prefix: []) {
            (key, value) throws(StoreError) in
            let record = try asDamage(of: core.catalog.path) { () throws(ByteReader.Malformed) in
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
