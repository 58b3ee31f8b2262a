public import Quiver

/// A stream of documents from a file, read a batch at a time.
///
/// A batch is whole or not at all: an error inside it gives nothing of it, and the reader is of no use
/// after an error.
public protocol DocumentReader: AnyObject {
    /// The next documents, at most `count`; none at the end.
    func read(upTo count: Int) throws(InterchangeError) -> [SourceDocument]

    /// The input's length, where that is known.
    var byteCount: Int? { get }
    /// How much of `byteCount` has been read.
    var consumedByteCount: Int { get }
}

/// A document as a file has it, before anything is encoded.
public struct SourceDocument: Sendable, Equatable {
    /// The document's name.
    public var key: Key
    /// Its text, if the file has one.
    public var text: String?
    /// Its metadata, as the schema types it.
    public var fields: [String: FieldValue]
    /// The rows of each vector field of which the file has any: finite, of whatever length the file gives them.
    public var vectors: [String: SourceRows]
    /// Its row columns, by vector field and name.
    public var columns: [String: [String: RowColumnValues]]
    /// Where in the file it is.
    public var position: SourcePosition

    /// A document at `position`.
    public init(
        key: Key,
        text: String? = nil,
        fields: [String: FieldValue] = [:],
        vectors: [String: SourceRows] = [:],
        columns: [String: [String: RowColumnValues]] = [:],
        position: SourcePosition
    ) {
        self.key = key
        self.text = text
        self.fields = fields
        self.vectors = vectors
        self.columns = columns
        self.position = position
    }
}

/// Opens `path` as its name says: `.jsonl`, `.npy`, `.fvecs`, `.fbin`, or `-` for JSONL from standard input.
///
/// - Parameters:
///   - schema: what documents may have.
///   - vectorField: where the rows of a vector file go; `nil` stands for the only vector field.
///   - names: what the members of JSONL are called.
///   - isCancelled: asked when a signal interrupts a blocking read.
public func openDocuments(
    at path: String,
    schema: CollectionConfiguration,
    vectorField: String? = nil,
    names: MemberNames = MemberNames(),
    isCancelled: @escaping () -> Bool = { false }
) throws(InterchangeError) -> any DocumentReader {
    if path == "-" || path.hasSuffix(".jsonl") {
        return JSONLinesReader(
            try LineReader(path: path, isCancelled: isCancelled),
            schema: schema,
            names: names
        )
    }
    let file = try VectorFile(path: path)
    let fields = schema.vectorFields.map(\.name)
    guard let field = vectorField ?? (fields.count == 1 ? fields.first : nil) else {
        throw .vectors(file: path, problem: .noVectorField(among: fields))
    }
    return VectorDocuments(file, vectorField: field)
}
