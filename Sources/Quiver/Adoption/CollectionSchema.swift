/// Everything that decides how a collection's documents are stored, as a value that another process can make segments by.
public struct CollectionSchema: Sendable, Hashable {
    let record: CollectionRecord

    init(_ record: CollectionRecord) {
        self.record = record
    }

    /// Fields as users know them.
    public var configuration: CollectionConfiguration { record.configuration }

    /// The schema as bytes, which `init(bytes:)` reads.
    public var bytes: [UInt8] {
        let encoded = record.encoded()
        let sum = encoded.withUnsafeBytes { checksum($0) }
        return encoded + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
    }

    /// Reads what `bytes` gave, in this process or another.
    ///
    /// - Throws: `damaged` for everything else.
    public init(bytes: [UInt8]) throws(StoreError) {
        record = try bytes.withBytes { (bytes) throws(StoreError) in
            try asDamage(of: "schema") { () throws(ByteReader.Malformed) in
                guard bytes.count >= 8 else { throw .init(reason: "is too short") }
                let encoded = UnsafeRawBufferPointer(rebasing: bytes.dropLast(8))
                let sum = bytes.loadUnaligned(fromByteOffset: encoded.count, as: UInt64.self)
                guard checksum(encoded) == UInt64(littleEndian: sum) else {
                    throw .init(reason: "does not match its checksum")
                }
                return try CollectionRecord.decode(encoded)
            }
        }
    }
}

extension Collection {
    /// What other processes need to make segments for the collection (`SegmentBuilder`).
    public func schema() throws(StoreError) -> CollectionSchema {
        CollectionSchema(try snapshot().view.record)
    }
}
