/// A document's metadata as bytes: for each field that has a value, in the order of the fields' numbers,
///
/// | size | what |
/// | --- | --- |
/// | 4 | number of the field |
/// | 1 | type (`FieldType`), 0 for null |
/// | … | the value |
///
/// | type | value |
/// | --- | --- |
/// | 1 string, 7 bytes | 4 length in bytes, bytes |
/// | 2 int64, 3 double | 8 |
/// | 4 bool | 1: 0 or 1 |
/// | 5 timestamp | 8 seconds, 4 nanoseconds |
/// | 6 strings | 4 count; each 4 length in bytes, bytes |
/// | 8 int32s | 4 count; 4 each |
/// | 9 sparse | 4 count; 4 each index; 4 each value, a float32 (`SparseVector`) |
///
/// No bytes at all are a document without metadata.
enum EncodedFields {
    /// The values by the number of their field.
    static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) -> [(field: UInt32, value: FieldValue)] {
        var reader = ByteReader(bytes)
        var found: [(field: UInt32, value: FieldValue)] = []
        while reader.remainingCount > 0 {
            let field: UInt32 = try reader.integer()
            if let last = found.last, last.field >= field {
                throw .init(reason: "holds metadata fields out of order")
            }
            found.append((field, try value(&reader)))
        }
        return found
    }

    /// The value of one field; `nil` if the document has none. Stops at the field.
    static func value(
        of field: UInt32,
        in bytes: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) -> FieldValue? {
        var reader = ByteReader(bytes)
        while reader.remainingCount > 0 {
            let number: UInt32 = try reader.integer()
            if number == field { return try value(&reader) }
            if number > field { return nil }
            try skipValue(&reader)
        }
        return nil
    }

    static func encode(_ values: [(field: UInt32, value: FieldValue)]) -> [UInt8] {
        var writer = ByteWriter()
        for (field, value) in values.sorted(by: { $0.field < $1.field }) {
            writer.integer(field)
            writer.integer(value.type?.rawValue ?? 0)
            switch value {
            case .null: break
            case .string(let value): writer.string(value)
            case .int64(let value): writer.integer(value)
            case .double(let value): writer.integer(value.bitPattern)
            case .bool(let value): writer.integer(UInt8(value ? 1 : 0))
            case .timestamp(let value):
                writer.integer(value.seconds)
                writer.integer(value.nanoseconds)
            case .strings(let values):
                writer.integer(UInt32(values.count))
                for value in values { writer.string(value) }
            case .bytes(let value):
                writer.integer(UInt32(value.count))
                writer.append(value)
            case .int32s(let values):
                writer.integer(UInt32(values.count))
                for value in values { writer.integer(value) }
            case .sparse(let vector): vector.encode(into: &writer)
            }
        }
        return writer.bytes
    }

    private static func value(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> FieldValue
    {
        let number: UInt8 = try reader.integer()
        if number == 0 { return .null }
        guard let type = FieldType(rawValue: number) else {
            throw .init(reason: "holds a metadata value of type \(number)")
        }
        switch type {
        case .string: return .string(try reader.string())
        case .int64: return .int64(try reader.integer())
        case .double:
            let value = Double(bitPattern: try reader.integer())
            guard value.isFinite else { throw .init(reason: "holds a double that is not finite") }
            return .double(value)
        case .bool:
            let value: UInt8 = try reader.integer()
            guard value < 2 else { throw .init(reason: "holds a bool of value \(value)") }
            return .bool(value == 1)
        case .timestamp:
            let seconds: Int64 = try reader.integer()
            let nanoseconds: UInt32 = try reader.integer()
            guard let value = Timestamp(seconds: seconds, nanoseconds: nanoseconds) else {
                throw .init(reason: "holds a timestamp out of range")
            }
            return .timestamp(value)
        case .strings:
            let count: UInt32 = try reader.integer()
            var values: [String] = []
            for _ in 0..<count { values.append(try reader.string()) }
            return .strings(values)
        case .bytes:
            return .bytes(Array(try reader.bytes(Int(try reader.integer(UInt32.self)))))
        case .sparse: return .sparse(try SparseVector.decode(&reader))
        case .int32s:
            let count = Int(try reader.integer(UInt32.self))
            let bytes = try reader.bytes(4 * count)
            return .int32s(
                (0..<count).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
            )
        }
    }

    private static func skipValue(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        let number: UInt8 = try reader.integer()
        if number == 0 { return }
        guard let type = FieldType(rawValue: number) else {
            throw .init(reason: "holds a metadata value of type \(number)")
        }
        let byteCount: Int
        switch type {
        case .string, .bytes: byteCount = Int(try reader.integer(UInt32.self))
        case .int64, .double: byteCount = 8
        case .bool: byteCount = 1
        case .timestamp: byteCount = 12
        case .int32s: byteCount = 4 * Int(try reader.integer(UInt32.self))
        case .sparse: byteCount = 8 * Int(try reader.integer(UInt32.self))
        case .strings:
            for _ in 0..<(try reader.integer(UInt32.self)) {
                _ = try reader.bytes(Int(try reader.integer(UInt32.self)))
            }
            return
        }
        _ = try reader.bytes(byteCount)
    }
}
