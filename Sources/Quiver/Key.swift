/// The outside name of a document: an unsigned 64-bit integer or a string of 1…480 UTF-8 bytes.
///
/// Keys are compared byte by byte, never by Unicode's canonical equivalence, so that `"é"` in its two
/// spellings names two documents. Integers sort before strings and by value; strings sort by their UTF-8
/// bytes. Ties among hits are broken in this order.
public enum Key: Sendable {
    case integer(UInt64)
    case string(String)

    /// The longest string key, in UTF-8 bytes.
    public static let maximumByteCount = 480
}

extension Key: Equatable, Hashable, Comparable {
    /// Whether two keys have the same kind and the same bytes.
    public static func == (left: Key, right: Key) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    /// Whether `left` sorts before `right`.
    public static func < (left: Key, right: Key) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.integer, .string): true
        case (.string, .integer): false
        case (.string(let left), .string(let right)):
            left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }

    /// Feeds the kind and the bytes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .integer(let value):
            hasher.combine(UInt8(1))
            hasher.combine(value)
        case .string(let value):
            hasher.combine(UInt8(2))
            for byte in value.utf8 { hasher.combine(byte) }
        }
    }
}

extension Key: CustomStringConvertible {
    /// The number, or the string in quotation marks.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        }
    }
}

extension Key: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A string key.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// An integer key.
    public init(integerLiteral value: UInt64) {
        self = .integer(value)
    }
}
