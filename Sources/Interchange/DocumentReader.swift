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
    /// Its vector, if the file has one: finite, of whatever length the file gives it.
    public var vector: [Float]?
    /// Where in the file it is.
    public var position: SourcePosition

    /// A document at `position`.
    public init(key: Key, text: String?, vector: [Float]?, position: SourcePosition) {
        self.key = key
        self.text = text
        self.vector = vector
        self.position = position
    }
}

/// Opens `path` as its name says: `.jsonl`, `.npy`, `.fvecs`, `.fbin`, or `-` for JSONL from standard input.
///
/// - Parameter isCancelled: asked when a signal interrupts a blocking read.
public func openDocuments(
    at path: String,
    isCancelled: @escaping () -> Bool = { false }
) throws(InterchangeError) -> any DocumentReader {
    if path == "-" || path.hasSuffix(".jsonl") {
        return JSONLinesReader(try LineReader(path: path, isCancelled: isCancelled))
    }
    return VectorDocuments(try VectorFile(path: path))
}
