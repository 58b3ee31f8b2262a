import CQuiverABI
import Quiver

extension FieldValue {
    /// The values of an array of fields by their names.
    static func values(
        _ pointer: UnsafePointer<qv_field>?,
        count: UInt64,
        _ name: String
    ) throws(CallFailure) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        let array = try qv_field.array(pointer, count: count, "\(name): fields")
        for (ordinal, element) in array.enumerated() {
            let place = "\(name): fields[\(ordinal)]"
            let field = try Arguments.string(element.name, "\(place): name")
            guard values.updateValue(try FieldValue(element, place), forKey: field) == nil else {
                throw .argument("\(place): field \"\(field)\" is there already")
            }
        }
        return values
    }

    private init(_ field: qv_field, _ name: String) throws(CallFailure) {
        switch field.type {
        case UInt32(QV_FIELD_NULL): self = .null
        case UInt32(QV_FIELD_STRING):
            let bytes = try Arguments.array(field.bytes, count: field.length, "\(name): bytes")
            guard let start = bytes.baseAddress else {
                self = .string("")
                return
            }
            self = .string(
                try Arguments.string(start, byteCount: bytes.count, "\(name): bytes")
            )
        case UInt32(QV_FIELD_INT64): self = .int64(field.integer)
        case UInt32(QV_FIELD_DOUBLE): self = .double(field.number)
        case UInt32(QV_FIELD_BOOL):
            guard 0...1 ~= field.integer else {
                throw .argument("\(name): integer is \(field.integer), and a bool is 0 or 1")
            }
            self = .bool(field.integer == 1)
        case UInt32(QV_FIELD_TIMESTAMP):
            guard let timestamp = Timestamp(seconds: field.integer, nanoseconds: field.nanoseconds)
            else {
                throw CallFailure(
                    status: QV_ERROR_FIELD,
                    message:
                        "\(name): \(field.integer) seconds and \(field.nanoseconds) nanoseconds "
                        + "are not within the years 0 to 9999"
                )
            }
            self = .timestamp(timestamp)
        case UInt32(QV_FIELD_STRINGS):
            let array = try Arguments.array(field.strings, count: field.length, "\(name): strings")
            var strings: [String] = []
            for (ordinal, element) in array.enumerated() {
                strings.append(try element.string("\(name): strings[\(ordinal)]"))
            }
            self = .strings(strings)
        case UInt32(QV_FIELD_BYTES):
            let bytes = try Arguments.array(field.bytes, count: field.length, "\(name): bytes")
            self = .bytes(bytes.map { UInt8(bitPattern: $0) })
        case UInt32(QV_FIELD_INT32S):
            self = .int32s(
                Array(
                    try Arguments.array(field.integers, count: field.length, "\(name): integers")
                )
            )
        case UInt32(QV_FIELD_SPARSE):
            self = .sparse(
                try SparseVector(field.indices, field.values, count: field.length, name)
            )
        default:
            throw .argument("\(name): type is \(field.type), expected a QV_FIELD_ constant")
        }
    }
}

extension SparseVector {
    /// - Throws: with `QV_ERROR_FIELD` for what is no sparse vector.
    init(
        _ indices: UnsafePointer<UInt32>?,
        _ values: UnsafePointer<Float>?,
        count: UInt64,
        _ name: String
    ) throws(CallFailure) {
        let indices = Array(try Arguments.array(indices, count: count, "\(name): indices"))
        let values = Array(try Arguments.array(values, count: count, "\(name): values"))
        do throws(StoreError) {
            try self.init(indices: indices, values: values)
        } catch {
            throw CallFailure(status: QV_ERROR_FIELD, message: "\(name): \(error)")
        }
    }
}

extension qv_string {
    fileprivate func string(_ name: String) throws(CallFailure) -> String {
        let bytes = try Arguments.array(bytes, count: length, name)
        guard let start = bytes.baseAddress else { return "" }
        return try Arguments.string(start, byteCount: bytes.count, name)
    }
}

extension qv_field {
    /// A value as C reads it.
    init(_ name: String, _ value: FieldValue, in arena: inout Arena) {
        self.init()
        self.name = arena.copy(name).bytes
        type = UInt32(value.type?.rawValue ?? 0)
        switch value {
        case .null: break
        case .string(let value):
            let (bytes, count) = arena.copy(value)
            self.bytes = bytes
            length = UInt64(count)
        case .int64(let value): integer = value
        case .double(let value): number = value
        case .bool(let value): integer = value ? 1 : 0
        case .timestamp(let value):
            integer = value.seconds
            nanoseconds = value.nanoseconds
        case .strings(let values):
            strings = arena.copy(
                values.map { value in
                    let (bytes, count) = arena.copy(value)
                    return qv_string(bytes: bytes, length: UInt64(count))
                }
            )
            length = UInt64(values.count)
        case .bytes(let value):
            bytes = arena.copy(value.map { CChar(bitPattern: $0) })
            length = UInt64(value.count)
        case .int32s(let values):
            integers = arena.copy(values)
            length = UInt64(values.count)
        case .sparse(let vector):
            indices = arena.copy(vector.indices)
            self.values = arena.copy(vector.values)
            length = UInt64(vector.indices.count)
        }
    }

    /// The values of a document, in the order of the schema.
    static func list(
        _ fields: [String: FieldValue],
        schema: CollectionConfiguration,
        in arena: inout Arena
    ) -> [qv_field] {
        schema.fields.compactMap { field in
            fields[field.name].map { qv_field(field.name, $0, in: &arena) }
        }
    }
}
