import Quiver

/// The rows of a ``VectorFile`` as documents without text, whose keys are the row numbers from 0.
public final class VectorDocuments: DocumentReader {
    private let file: VectorFile
    private let vectorField: String
    private var row = 0

    /// Documents from `file`, whose rows go into `vectorField`.
    public init(_ file: VectorFile, vectorField: String) {
        self.file = file
        self.vectorField = vectorField
    }

    /// The input's length, where that is known.
    public var byteCount: Int? { file.byteCount }

    /// How much of `byteCount` has been read.
    public var consumedByteCount: Int {
        file.count == 0
            ? file.byteCount : Int(Double(file.byteCount) * Double(row) / Double(file.count))
    }

    /// The next documents, at most `count`; none at the end.
    public func read(upTo count: Int) throws(InterchangeError) -> [SourceDocument] {
        let range = row..<row + min(count, file.count - row)
        let numbers = try file.rows(range)
        row = range.upperBound
        return range.enumerated().map { ordinal, row in
            let first = ordinal * file.dimension
            return SourceDocument(
                key: .integer(UInt64(row)),
                vectors: [
                    vectorField: SourceRows(
                        numbers: Array(numbers[first..<first + file.dimension])
                    )
                ],
                position: SourcePosition(file: file.path, unit: .row, number: row)
            )
        }
    }
}
