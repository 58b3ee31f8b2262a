/// The key spaces of the catalog, each an LMDB database.
///
/// Keys begin with the number of the collection they belong to, big-endian, so that a collection's entries lie
/// together. Every value ends with 8 bytes: XXH3-64 of what stands before them, seeded with the XXH3-64 of
/// the key whose seed is the number of the key space (`WriteTransaction.put`, `opened`): a value that is damaged, or
/// that stands under another key, is known.
///
/// | key space | key | value |
/// | --- | --- | --- |
/// | `settings` | `store` | `StoreRecord` |
/// | `collections` | collection (4) | `CollectionRecord` |
/// | `states` | collection (4) | `CollectionState` |
/// | `segments` | collection (4), segment (8) | `SegmentRecord` |
/// | `tombstones` | collection (4), segment (8), block (4) | `TombstoneBlock` |
/// | `tail` | collection (4), commit (8), kind (1), field (4), block (4) | `TailBlock` |
/// | `retired` | transaction (8), path | empty: what may be unlinked once no reader is older |
/// | `snapshots` | `NamedSnapshotKey` | `NamedSnapshotRecord`, and copies of the records of a state |
/// | `trained` | collection (4), field (4) | `TrainedIndex.bytes` of a vector field |
///
/// Versions 1 and 2 of the format have no `snapshots`, none before 7 has `trained`; a writer makes what is missing when it opens the store.
enum KeySpace: String, CaseIterable, Sendable {
    case settings
    case collections
    case states
    case segments
    case tombstones
    case tail
    case retired
    case snapshots
    case trained

    /// Whether a version of the format has none.
    var isMissingInOldFormats: Bool { self == .snapshots || self == .trained }

    var number: UInt64 {
        switch self {
        case .settings: 1
        case .collections: 2
        case .states: 3
        case .segments: 4
        case .tombstones: 5
        case .tail: 6
        case .retired: 7
        case .snapshots: 8
        case .trained: 9
        }
    }

    /// What the checksum of the value under `key` is seeded with.
    func seed(key: UnsafeRawBufferPointer) -> UInt64 {
        checksum(key, seed: number)
    }

    static let checksumByteCount = 8

    /// The value in `bytes` without its checksum, or `nil` if that does not match.
    func opened(_ bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer)
        -> UnsafeRawBufferPointer?
    {
        guard bytes.count >= Self.checksumByteCount else { return nil }
        let value = UnsafeRawBufferPointer(rebasing: bytes.dropLast(Self.checksumByteCount))
        let found = bytes.loadUnaligned(fromByteOffset: value.count, as: UInt64.self)
        return checksum(value, seed: seed(key: key)) == UInt64(littleEndian: found) ? value : nil
    }
}

/// The keys of the catalog.
enum CatalogKey {
    static let store = Array("store".utf8)

    static func collection(_ id: UInt32) -> [UInt8] {
        bigEndian(id)
    }

    static func segment(_ id: UInt64, of collection: UInt32) -> [UInt8] {
        bigEndian(collection) + bigEndian(id)
    }

    static func trained(field: UInt32, of collection: UInt32) -> [UInt8] {
        bigEndian(collection) + bigEndian(field)
    }

    static func tombstones(block: UInt32, segment: UInt64, of collection: UInt32) -> [UInt8] {
        bigEndian(collection) + bigEndian(segment) + bigEndian(block)
    }

    static func tail(of collection: UInt32, commit: UInt64) -> [UInt8] {
        bigEndian(collection) + bigEndian(commit)
    }

    static func tailBlock(
        of collection: UInt32,
        commit: UInt64,
        kind: TailBlockKind,
        field: UInt32,
        block: UInt32
    ) -> [UInt8] {
        tail(of: collection, commit: commit) + [kind.rawValue] + bigEndian(field) + bigEndian(block)
    }

    static func retired(transaction: UInt64, path: String) -> [UInt8] {
        bigEndian(transaction) + path.utf8
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
