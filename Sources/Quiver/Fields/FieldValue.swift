/// A value of a metadata field. `null` is a value of every type, and differs from having none.
public enum FieldValue: Sendable, Hashable {
    case null
    case string(String)
    case int64(Int64)
    /// Neither NaN nor infinite.
    case double(Double)
    case bool(Bool)
    case timestamp(Timestamp)
    case strings([String])
    case bytes([UInt8])
    case int32s([Int32])
    case sparse(SparseVector)

    /// The type of the value, `nil` for `null`, which has all of them.
    public var type: FieldType? {
        switch self {
        case .null: nil
        case .string: .string
        case .int64: .int64
        case .double: .double
        case .bool: .bool
        case .timestamp: .timestamp
        case .strings: .strings
        case .bytes: .bytes
        case .int32s: .int32s
        case .sparse: .sparse
        }
    }

    /// Whether the two are the same, strings by their bytes, and not by Unicode's canonical equivalence.
    public static func == (left: FieldValue, right: FieldValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.int64(let left), .int64(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.strings(let left), .strings(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        case (.bytes(let left), .bytes(let right)): left == right
        case (.int32s(let left), .int32s(let right)): left == right
        case (.sparse(let left), .sparse(let right)): left == right
        default: false
        }
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        switch self {
        case .null: break
        case .string(let value): Self.hash(value, into: &hasher)
        case .int64(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .timestamp(let value): hasher.combine(value)
        case .strings(let values):
            hasher.combine(values.count)
            for value in values { Self.hash(value, into: &hasher) }
        case .bytes(let value): hasher.combine(value)
        case .int32s(let value): hasher.combine(value)
        case .sparse(let value): hasher.combine(value)
        }
    }

    private static func hash(_ string: String, into hasher: inout Hasher) {
        hasher.combine(string.utf8.count)
        for byte in string.utf8 { hasher.combine(byte) }
    }
}

extension FieldValue {
    /// The bytes of a document's metadata, encoded, names not counted: at most these.
    public static let maximumByteCount = 16 << 20
}
