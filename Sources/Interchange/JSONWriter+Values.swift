public import JSON
public import Quiver

extension JSONWriter {
    /// A value of a metadata field, as `FieldType` reads it: timestamps in RFC 3339, bytes in base64.
    ///
    /// - Throws: `JSONError.notFinite`, never for what a store holds.
    public mutating func value(_ value: FieldValue) throws(JSONError) {
        switch value {
        case .null: null()
        case .string(let value): string(value)
        case .int64(let value): integer(value)
        case .double(let value): try double(value)
        case .bool(let value): bool(value)
        case .timestamp(let value): string(value.rfc3339)
        case .strings(let values):
            beginArray()
            for value in values { string(value) }
            endArray()
        case .bytes(let value): string(Base64.encode(value))
        case .int32s(let values):
            beginArray()
            for value in values { integer(value) }
            endArray()
        case .sparse(let vector): try self.value(vector)
        }
    }

    /// The numbers of a row column, as elements of the array that is begun.
    ///
    /// - Throws: `JSONError.notFinite`, never for what a store holds.
    public mutating func elements(of values: RowColumnValues) throws(JSONError) {
        switch values {
        case .int8(let values): for value in values { integer(value) }
        case .int16(let values): for value in values { integer(value) }
        case .int32(let values): for value in values { integer(value) }
        case .int64(let values): for value in values { integer(value) }
        case .float32(let values): for value in values { try float(value) }
        }
    }
}
