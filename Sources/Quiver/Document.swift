/// One document as it is written: a key, optional text, and the rows of each vector field.
public struct Document: Sendable {
    /// The outside name, unique in its collection.
    public var key: Key

    /// Up to 64 MiB of UTF-8; `nil` is "no text", which differs from the empty text.
    public var text: String?

    /// The rows of each vector field by the field's name, row-major: `[rows × dimension]`.
    public var vectors: [String: [Float]]

    /// A document of a collection with several vector fields.
    public init(key: Key, text: String? = nil, vectors: [String: [Float]]) {
        self.key = key
        self.text = text
        self.vectors = vectors
    }

    /// A document of a collection with one unnamed vector field and one row in it.
    public init(key: Key, text: String? = nil, vector: [Float]) {
        self.init(key: key, text: text, vectors: [VectorField.unnamed: vector])
    }

    /// The longest text, in UTF-8 bytes.
    public static let maximumTextByteCount = 64 << 20
}

/// One document as it is read back.
public struct StoredDocument: Sendable, Equatable {
    /// The outside name.
    public let key: Key
    /// The commit that last wrote the document.
    public let version: UInt64
    /// The text as it was written; `nil` if there is none or it was not asked for.
    public let text: String?
    /// As `Document.vectors`, decoded from the field's storage type.
    public let vectors: [String: [Float]]

    /// The rows of the unnamed vector field; empty when the collection has none.
    public var vector: [Float] { vectors[VectorField.unnamed] ?? [] }
}
