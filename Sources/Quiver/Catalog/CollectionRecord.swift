/// A collection's name and schema (`collections`).
///
/// | size | what |
/// | --- | --- |
/// | 4 | FE FF FF FF, which no name's length is; FF FF FF FF as versions 3 and 4 of the format wrote it |
/// | 4 and bytes | name |
/// | 4 | the next number of a field or column; numbers are never given out twice |
/// | … | `StoredSchema` |
/// | 8 | bytes that it may hold, if it is a cache; 0 if it is none, where something follows, else the record ends before it |
/// | 8 | its recall target, a float64; without one the record ends before it |
///
/// Versions 1 and 2 wrote: name, vector fields, and 1 byte 1 if there is an encoder, with its hash and location.
struct CollectionRecord: Sendable, Hashable {
    var name: String
    var nextFieldID: UInt32
    var schema: StoredSchema
    /// What makes it a cache, if it is one.
    var cache: CacheSettings?
    /// What searches find where they do not say themselves.
    var recall: Double?

    static let marker: UInt32 = .max - 1
    static let version3Marker: UInt32 = .max

    init(name: String, nextFieldID: UInt32, schema: StoredSchema) {
        self.name = name
        self.nextFieldID = nextFieldID
        self.schema = schema
    }

    /// A new collection.
    init(name: String, configuration: CollectionConfiguration) {
        self.init(name: name, nextFieldID: 0, schema: StoredSchema())
        for field in configuration.vectorFields { append(field) }
        for field in configuration.fields { append(field) }
        schema.textFields = configuration.textFields.compactMap { schema.stored($0) }
        cache = configuration.cache
        recall = configuration.recall
    }

    /// The same for users, without numbers.
    var configuration: CollectionConfiguration {
        var configuration = schema.configuration
        configuration.cache = cache
        configuration.recall = recall
        return configuration
    }

    mutating func append(_ field: VectorField) {
        schema.vectorFields.append(
            StoredField(
                id: takeID(),
                field: field,
                columnIDs: field.rowColumns.map { _ in takeID() },
                encoder: nil
            )
        )
    }

    mutating func append(_ field: Field) {
        schema.fields.append(StoredMetadataField(id: takeID(), field: field))
    }

    private mutating func takeID() -> UInt32 {
        defer { nextFieldID += 1 }
        return nextFieldID
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(Self.marker)
        writer.string(name)
        writer.integer(nextFieldID)
        schema.encode(into: &writer)
        if cache != nil || recall != nil { writer.integer(UInt64(cache?.byteLimit ?? 0)) }
        if let recall { writer.integer(recall.bitPattern) }
        return writer.bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ByteReader.Malformed)
        -> CollectionRecord
    {
        var reader = ByteReader(bytes)
        let first: UInt32 = try reader.integer()
        guard first == marker || first == version3Marker else { return try decodeOld(bytes) }
        var record = CollectionRecord(
            name: try reader.string(),
            nextFieldID: try reader.integer(),
            schema: try StoredSchema.decode(&reader, hasTextFields: first == marker)
        )
        if reader.remainingCount > 0 {
            let byteLimit: UInt64 = try reader.integer()
            if byteLimit > 0 {
                record.cache = CacheSettings(byteLimit: Int(clamping: byteLimit))
            }
        }
        if reader.remainingCount > 0 {
            let recall = Double(bitPattern: try reader.integer())
            guard recall > 0, recall <= 1 else {
                throw .init(reason: "holds a recall target that cannot be")
            }
            record.recall = recall
        }
        try reader.end()
        return record
    }

    private static func decodeOld(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) -> CollectionRecord {
        var reader = ByteReader(bytes)
        let name = try reader.string()
        var schema = try StoredSchema.decodeOld(&reader)
        if try reader.integer(UInt8.self) != 0 {
            let encoder = RememberedEncoder(
                identity: EncoderIdentity(hash: try reader.string()),
                location: try reader.string()
            )
            if !schema.vectorFields.isEmpty { schema.vectorFields[0].encoder = encoder }
        }
        try reader.end()
        let last = schema.vectorFields.map(\.id).max()
        return CollectionRecord(name: name, nextFieldID: last.map { $0 + 1 } ?? 0, schema: schema)
    }
}
