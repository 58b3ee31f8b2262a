/// A condition on a document's metadata.
///
/// Every condition is true or false of every document. A comparison with a field that is null or has no value is false, and
/// what negates it (`!=`, `not`) is true.
public indirect enum Filter: Sendable, Hashable {
    /// How a value stands to another.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// The field's value stands so to another. Strings are ordered by their UTF-8 bytes, `false` comes before `true`, lists
    /// and bytes are equal or not. Integers and doubles are compared as the numbers that they are.
    case comparison(field: String, Comparison, FieldValue)
    /// The field's value is one of these.
    case isIn(field: String, [FieldValue])
    /// The list of strings has this one, or the list of integers this number.
    case contains(field: String, FieldValue)
    /// The string begins with these bytes.
    case hasPrefix(field: String, String)
    /// The value is null.
    case isNull(field: String)
    /// The document has a value for the field, null or not.
    case exists(field: String)
    /// The field is a `bool` and true.
    case isTrue(field: String)
    case not(Filter)
    /// All of them hold.
    case all([Filter])
    /// One of them holds, or more.
    case any([Filter])
}

extension Filter: CustomStringConvertible {
    /// In the language that `init(parsing:)` reads; it has no way to write bytes, or lists to compare with.
    public var description: String {
        switch self {
        case .comparison(let field, let comparison, let value):
            "\(Self.quoted(field)) \(comparison.rawValue) \(Self.literal(value))"
        case .isIn(let field, let values):
            "\(Self.quoted(field)) in (\(values.map(Self.literal).joined(separator: ", ")))"
        case .contains(let field, let value):
            "\(Self.quoted(field)) contains \(Self.literal(value))"
        case .hasPrefix(let field, let prefix):
            "\(Self.quoted(field)) prefix \(Self.literal(.string(prefix)))"
        case .isNull(let field): "\(Self.quoted(field)) is null"
        case .exists(let field): "\(Self.quoted(field)) exists"
        case .isTrue(let field): Self.quoted(field)
        case .not(let filter): "not (\(filter))"
        case .all(let filters): Self.joined(filters, " and ", empty: "true")
        case .any(let filters): Self.joined(filters, " or ", empty: "false")
        }
    }

    private static func joined(_ filters: [Filter], _ word: String, empty: String) -> String {
        filters.isEmpty ? empty : filters.map { "(\($0))" }.joined(separator: word)
    }

    private static func quoted(_ field: String) -> String {
        FilterWords.isPlain(field)
            ? field : "`" + field.replacing("`", with: "``") + "`"
    }

    private static func literal(_ value: FieldValue) -> String {
        switch value {
        case .null: return "null"
        case .string(let value): return string(value)
        case .int64(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .bool(let value): return "\(value)"
        case .timestamp(let value): return string(value.rfc3339)
        case .strings(let values): return "(\(values.map(string).joined(separator: ", ")))"
        case .bytes(let value):
            return string(value.map { String($0, radix: 16) }.joined(separator: " "))
        case .int32s(let values):
            return "(\(values.map { "\($0)" }.joined(separator: ", ")))"
        // Nothing can be compared with it.
        case .sparse(let vector): return string("a sparse vector of \(vector.indices.count)")
        }
    }

    private static func string(_ value: String) -> String {
        var text = "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }
}
