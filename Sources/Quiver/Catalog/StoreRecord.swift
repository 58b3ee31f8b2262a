/// The store as a whole (`settings` / `store`): 4 bytes magic `QVST`, then the fields in order.
struct StoreRecord: Sendable, Hashable {
    /// Of the whole format: catalog, segments and names on disk.
    ///
    /// Version 2 added collections whose index is `ivf` or a FAISS factory string, their files, and refusals of an index.
    /// Version 3 added typed fields, several vector fields with any number of rows, row columns, patches and named
    /// snapshots. Version 4 names the files of long texts by their collection too. Version 5 added orders of metadata fields
    /// and indexes of words, version 6 recall targets of collections, version 7 sparse vectors, rows
    /// of bits and trained indexes. What earlier versions wrote is read as it is;
    /// the number grows with the first thing that an older program would not understand.
    static let formatVersion: UInt32 = 7
    static let readableFormats: ClosedRange<UInt32> = 1...formatVersion
    private static let magic: UInt32 = 0x5453_5651

    var format: UInt32 = StoreRecord.formatVersion
    /// The last commit number that was given out; commits are numbered through all collections.
    var commit: UInt64 = 0
    var nextCollectionID: UInt32 = 1
    var nextSegmentID: UInt64 = 1

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(Self.magic)
        writer.integer(format)
        writer.integer(commit)
        writer.integer(nextCollectionID)
        writer.integer(nextSegmentID)
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> StoreRecord
    {
        var reader = ByteReader(bytes)
        guard try reader.integer(UInt32.self) == magic else {
            throw .init(reason: "is not a store's record")
        }
        var record = StoreRecord()
        record.format = try reader.integer()
        // A later version may have more behind this; it is refused by its number.
        guard readableFormats.contains(record.format) else { return record }
        record.commit = try reader.integer()
        record.nextCollectionID = try reader.integer()
        record.nextSegmentID = try reader.integer()
        try reader.end()
        return record
    }
}
