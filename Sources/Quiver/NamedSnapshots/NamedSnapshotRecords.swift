/// A named snapshot in the catalog (`snapshots`): copies of the records that a collection's snapshot is loaded from, under a number.
///
/// | key | value |
/// | --- | --- |
/// | 0, name | `NamedSnapshotRecord` |
/// | 1, number (4), collection (4) | `CollectionRecord` |
/// | 2, number (4), collection (4) | `CollectionState` |
/// | 3, number (4), collection (4), segment (8) | `SegmentRecord` |
/// | 4, number (4), collection (4), segment (8), block (4) | `TombstoneBlock` |
enum NamedSnapshotKey {
    enum Part: UInt8 {
        case name = 0
        case collection = 1
        case state = 2
        case segment = 3
        case tombstones = 4
    }

    static func name(_ name: String) -> [UInt8] {
        [Part.name.rawValue] + name.utf8
    }

    /// The key under which a record stands whose own key is `key`, or the prefix of those whose keys begin so.
    static func part(_ part: Part, of number: UInt32, _ key: [UInt8] = []) -> [UInt8] {
        [part.rawValue] + withUnsafeBytes(of: number.bigEndian) { Array($0) } + key
    }

    /// Bytes before a record's own key.
    static let prefixByteCount = 5
}

/// A named snapshot as a whole.
///
/// | size | what |
/// | --- | --- |
/// | 4 | number, never given out twice while the snapshot lives |
/// | 8 | commit |
/// | 8, 4 | when it was made: seconds since 1970, nanoseconds |
struct NamedSnapshotRecord: Sendable, Hashable {
    let number: UInt32
    let commit: UInt64
    let created: Timestamp

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(number)
        writer.integer(commit)
        writer.integer(created.seconds)
        writer.integer(created.nanoseconds)
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> NamedSnapshotRecord
    {
        var reader = ByteReader(bytes)
        let number: UInt32 = try reader.integer()
        let commit: UInt64 = try reader.integer()
        let seconds: Int64 = try reader.integer()
        guard let created = Timestamp(seconds: seconds, nanoseconds: try reader.integer()) else {
            throw .init(reason: "holds a snapshot of no possible time")
        }
        try reader.end()
        return NamedSnapshotRecord(number: number, commit: commit, created: created)
    }
}
