import Foundation
import JSON
import Quiver

extension Key {
    init(told value: JSONValue) throws {
        if let integer = value.uint64 {
            self = .integer(integer)
        } else if let string = value.string {
            self = .string(string)
        } else {
            throw Arguments.NotTold(name: "key")
        }
    }

    var json: JSONValue {
        switch self {
        case .integer(let integer): .unsigned(integer).normal
        case .string(let string): .string(string)
        }
    }
}

extension JSONValue {
    /// As the parser gives it.
    fileprivate var normal: JSONValue {
        guard case .unsigned(let integer) = self, let small = Int64(exactly: integer) else {
            return self
        }
        return .integer(small)
    }
}

extension FieldValue {
    /// A value as the table has it; one of another type than the field's by its own.
    init(told value: JSONValue, _ type: FieldType?) throws {
        switch (type, value) {
        case (_, .null): self = .null
        case (.timestamp, .string(let text)):
            guard let timestamp = Timestamp(rfc3339: text) else {
                throw Arguments.NotTold(name: text)
            }
            self = .timestamp(timestamp)
        case (.bytes, .string(let text)):
            self = .bytes(Array(Data(base64Encoded: text) ?? Data()))
        case (.int32s, .array(let values)):
            self = .int32s(values.compactMap(\.int).map { Int32($0) })
        case (_, .object): self = .sparse(try SparseVector(told: value))
        case (_, .array(let values)): self = .strings(values.compactMap(\.string))
        case (.double, _): self = .double(value.double ?? .nan)
        case (_, .integer(let integer)): self = .int64(integer)
        case (_, .bool(let bool)): self = .bool(bool)
        default: self = .string(value.string ?? "")
        }
    }

    var json: JSONValue {
        switch self {
        case .null: .null
        case .string(let string): .string(string)
        case .int64(let integer): .integer(integer)
        case .double(let number): .number(number)
        case .bool(let bool): .bool(bool)
        case .timestamp(let timestamp): .string(timestamp.rfc3339)
        case .strings(let strings): .array(strings.map { .string($0) })
        case .bytes(let bytes): .string(Data(bytes).base64EncodedString())
        case .int32s(let integers): .array(integers.map { .integer(Int64($0)) })
        case .sparse(let vector):
            .object([
                "indices": .array(vector.indices.map { .integer(Int64($0)) }),
                "values": .array(vector.values.map { .number(Double($0)) }),
            ])
        }
    }
}

extension SparseVector {
    init(told value: JSONValue) throws {
        try self.init(
            indices: value.object?["indices"]?.array?.compactMap(\.int).map { UInt32($0) } ?? [],
            values: value.object?["values"]?.array?.compactMap(\.double).map { Float($0) } ?? []
        )
    }
}

extension RowColumnValues {
    init(told value: JSONValue, _ type: RowColumn.NumberType) {
        let numbers = value.array ?? []
        let integers = numbers.compactMap(\.int)
        self =
            switch type {
            case .int8: .int8(integers.map { Int8($0) })
            case .int16: .int16(integers.map { Int16($0) })
            case .int32: .int32(integers.map { Int32($0) })
            case .int64: .int64(integers.map { Int64($0) })
            case .float32: .float32(numbers.map { Float($0.double ?? .nan) })
            }
    }

    var json: [JSONValue] {
        switch self {
        case .int8(let values): values.map { .integer(Int64($0)) }
        case .int16(let values): values.map { .integer(Int64($0)) }
        case .int32(let values): values.map { .integer(Int64($0)) }
        case .int64(let values): values.map { .integer($0) }
        case .float32(let values): values.map { .number(Double($0)) }
        }
    }
}

extension JSONObject {
    /// One of these members.
    init(_ members: some Sequence<(String, JSONValue)>) {
        self.init()
        for (name, value) in members { insert(name, value) }
    }
}

extension JSONValue {
    init(rows numbers: [Float], dimension: Int) {
        self = .array(
            stride(from: 0, to: numbers.count, by: dimension).map { first in
                .array(numbers[first..<(first + dimension)].map { .number(Double($0)) })
            }
        )
    }

    /// Rows one behind the other, of one row or several.
    var flattened: [Float] {
        array.map { $0.flatMap(\.flattened) } ?? [Float(double ?? .nan)]
    }
}

extension StoredDocument {
    func json(_ configuration: CollectionConfiguration) -> JSONValue {
        var members: [(String, JSONValue)] = [("key", key.json)]
        if let text { members.append(("text", .string(text))) }
        if !fields.isEmpty {
            members.append(("fields", .object(JSONObject(fields.map { ($0, $1.json) }))))
        }
        let rows = configuration.vectorFields.compactMap { field -> (String, JSONValue)? in
            guard let numbers = vectors[field.name], !numbers.isEmpty else { return nil }
            return (field.name, JSONValue(rows: numbers, dimension: field.dimension))
        }
        if !rows.isEmpty { members.append(("vectors", .object(JSONObject(rows)))) }
        let columns = self.columns.filter { !$1.isEmpty }.map { field, columns in
            (field, JSONValue.object(JSONObject(columns.map { ($0, .array($1.json)) })))
        }
        if !columns.isEmpty { members.append(("columns", .object(JSONObject(columns)))) }
        return .object(JSONObject(members))
    }
}

extension Hit {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [("key", key.json), ("score", .number(Double(score)))]
        if let row { members.append(("row", .integer(Int64(row)))) }
        if let text { members.append(("text", .string(text))) }
        if !fields.isEmpty {
            members.append(("fields", .object(JSONObject(fields.map { ($0, $1.json) }))))
        }
        if let vector { members.append(("vector", .array(vector.map { .number(Double($0)) }))) }
        if !columns.isEmpty {
            members.append(("columns", .object(JSONObject(columns.map { ($0, $1.json[0]) }))))
        }
        if let group { members.append(("group", group.json)) }
        return .object(JSONObject(members))
    }
}

extension RankedHit {
    var json: JSONValue {
        var object: JSONObject = [
            "key": key.json, "rank": .integer(Int64(rank)), "score": .number(Double(score)),
        ]
        if let row { object.insert("row", .integer(Int64(row))) }
        return .object(object)
    }
}
