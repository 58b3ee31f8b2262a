import Quiver
import TestSupport

extension Field {
    /// One of each type.
    static let known = [
        Field(name: "number", type: .int64), Field(name: "name", type: .string),
        Field(name: "flag", type: .bool), Field(name: "list", type: .strings),
        Field(name: "size", type: .double), Field(name: "when", type: .timestamp),
        Field(name: "raw", type: .bytes), Field(name: "numbers", type: .int32s),
        Field(name: "terms", type: .sparse),
    ]
}

extension VectorField {
    /// A field of any number of rows, each with a number beside it.
    static let tokens = VectorField(
        name: "tokens",
        dimension: 3,
        metric: .l2,
        storage: .float16,
        index: .exact,
        isOptional: true,
        rowColumns: [RowColumn(name: "token", type: .int32)]
    )
}

extension Model.Collection {
    /// Of both kinds.
    static func key(_ number: UInt64) -> Key {
        number % 3 == 0 ? .string("key-\(number)") : .integer(number)
    }

    /// A document with a row of its own, and of tokens, metadata and row columns whatever comes.
    func document(_ key: Key, text: String?, _ random: inout SplitMix64) -> Document {
        var document = Document(key: key, text: text, fields: values(&random), vectors: [:])
        for field in configuration.vectorFields {
            guard field.name == VectorField.tokens.name else {
                document.vectors[field.name] = (0..<field.dimension).map { _ in
                    Float.random(in: -1...1, using: &random)
                }
                continue
            }
            let rowCount = Int.random(in: 0...3, using: &random)
            guard rowCount > 0 else { continue }
            // Small integers, which every storage type keeps.
            document.vectors[field.name] = (0..<(rowCount * field.dimension)).map { _ in
                Float(Int.random(in: -50...50, using: &random))
            }
            for column in field.rowColumns {
                document.columns[field.name, default: [:]][column.name] = .int32(
                    (0..<rowCount).map { _ in Int32(truncatingIfNeeded: random.next()) }
                )
            }
        }
        return document
    }

    /// New values for some fields of a document, and none any more for some.
    func update(_ key: Key, _ random: inout SplitMix64) -> DocumentUpdate {
        let values = values(&random)
        let removed = configuration.fields.map(\.name).filter { name in
            values[name] == nil && Bool.random(using: &random)
        }
        return DocumentUpdate(key: key, fields: values, removedFields: Set(removed))
    }

    /// Values for about half of the fields, some of them null.
    private func values(_ random: inout SplitMix64) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        for field in configuration.fields where Bool.random(using: &random) {
            let number = Int(random.next() % 10)
            values[field.name] = number == 0 ? .null : Self.value(number, of: field.type)
        }
        return values
    }

    private static func value(_ number: Int, of type: FieldType) -> FieldValue {
        switch type {
        case .string: .string("s\(number)")
        case .int64: .int64(Int64(number))
        case .double: .double(Double(number) / 8)
        case .bool: .bool(number % 2 == 0)
        case .timestamp:
            Timestamp(seconds: Int64(number) * 86_400, nanoseconds: UInt32(number))
                .map(FieldValue.timestamp) ?? .null
        case .strings: .strings((0..<(number % 3)).map { "x\($0)" })
        case .bytes: .bytes(Array(repeating: UInt8(number), count: number))
        case .int32s: .int32s((0..<number).map { Int32($0 - 4) })
        case .sparse:
            (try? SparseVector(
                indices: (0..<number).map { UInt32(7 * $0) },
                values: (0..<number).map { Float($0 + 1) }
            )).map(FieldValue.sparse) ?? .null
        }
    }

    /// A text of a little over 1 MiB.
    static func longText(_ phrase: String) -> String {
        String(repeating: phrase, count: (1 << 20) / phrase.utf8.count + 2)
    }
}
