/// A typed metadata field of a collection. Any document may have a value for it, or `null`, or nothing.
public struct Field: Sendable, Hashable {
    /// The name, unique in its collection.
    public var name: String
    /// The type of its values.
    public var type: FieldType

    /// A field. Checked when a collection is made of it.
    public init(name: String, type: FieldType) {
        self.name = name
        self.type = type
    }
}

/// The type of a metadata field's values.
public enum FieldType: UInt8, Sendable, Hashable, CaseIterable {
    case string = 1
    case int64 = 2
    /// A float64 that is neither NaN nor infinite.
    case double = 3
    case bool = 4
    case timestamp = 5
    /// A list of strings.
    case strings = 6
    case bytes = 7
    /// A list of 32-bit integers.
    case int32s = 8
    /// A sparse vector, found by its inner product with another (`SparseQuery`).
    case sparse = 9
}
