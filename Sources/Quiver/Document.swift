/// One document as it is written: a key, optional text, metadata, and the rows of each vector field.
public struct Document: Sendable {
    /// The outside name, unique in its collection.
    public var key: Key

    /// Up to 64 MiB of UTF-8; `nil` is "no text", which differs from the empty text.
    public var text: String?

    /// Metadata by the field's name. A field that is not here has no value, which differs from `null`.
    public var fields: [String: FieldValue]

    /// The rows of each vector field by the field's name, row-major: `[rows × dimension]`, at least one row. A field that is not
    /// here, or has no number, has no row: only optional fields may.
    public var vectors: [String: [Float]]

    /// The row columns of each vector field by the names of field and column, one number a row; each column that the
    /// field has.
    public var columns: [String: [String: RowColumnValues]]

    /// A document of a collection with any number of vector fields.
    public init(
        key: Key,
        text: String? = nil,
        fields: [String: FieldValue] = [:],
        vectors: [String: [Float]],
        columns: [String: [String: RowColumnValues]] = [:]
    ) {
        self.key = key
        self.text = text
        self.fields = fields
        self.vectors = vectors
        self.columns = columns
    }

    /// A document of a collection with one unnamed vector field.
    public init(
        key: Key,
        text: String? = nil,
        fields: [String: FieldValue] = [:],
        vector: [Float]
    ) {
        self.init(
            key: key,
            text: text,
            fields: fields,
            vectors: [VectorField.unnamed: vector]
        )
    }

    /// The longest text, in UTF-8 bytes.
    public static let maximumTextByteCount = 64 << 20
}

/// Metadata that takes the place of a document's own, field by field; its text and vectors stay untouched.
public struct DocumentUpdate: Sendable {
    /// The document's.
    public var key: Key
    /// New values by the field's name. Fields that are not here keep theirs.
    public var fields: [String: FieldValue]
    /// Fields that are to have no value any more.
    public var removedFields: Set<String>

    /// An update of the document of `key`.
    public init(key: Key, fields: [String: FieldValue] = [:], removedFields: Set<String> = []) {
        self.key = key
        self.fields = fields
        self.removedFields = removedFields
    }
}

/// One document as it is read back.
public struct StoredDocument: Sendable, Equatable {
    /// The outside name.
    public let key: Key
    /// The commit that last wrote or updated the document.
    public let version: UInt64
    /// The text as it was written; `nil` if there is none or it was not asked for.
    public let text: String?
    /// As `Document.fields`; empty if they were not asked for.
    public let fields: [String: FieldValue]
    /// As `Document.vectors`, decoded from the field's storage type.
    public let vectors: [String: [Float]]
    /// As `Document.columns`.
    public let columns: [String: [String: RowColumnValues]]

    /// The rows of the unnamed vector field; empty when the document has none.
    public var vector: [Float] { vectors[VectorField.unnamed] ?? [] }
}

/// Parts of a document that are read only when asked for.
public struct Contents: OptionSet, Sendable, Hashable {
    /// The bits of the set.
    public let rawValue: UInt8

    /// The set of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The document's text.
    public static let text = Contents(rawValue: 1)
    /// The rows, decoded from their storage type.
    public static let vectors = Contents(rawValue: 2)
    /// The metadata.
    public static let fields = Contents(rawValue: 4)
    /// The row columns.
    public static let columns = Contents(rawValue: 8)
    /// Everything.
    public static let all: Contents = [.text, .vectors, .fields, .columns]
}
