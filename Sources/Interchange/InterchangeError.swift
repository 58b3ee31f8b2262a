public import Files
public import JSON
public import Quiver

/// What went wrong with a file of another program, or with bringing it into a collection.
public enum InterchangeError: Error, Sendable, Equatable {
    /// The system refused to open, read or write a file.
    case file(FileError)
    /// The name of a file does not tell what it holds.
    case unknownFormat(file: String)
    /// A line of a text or JSONL file. Lines and columns count from 1; `column`, in Unicode scalars, is
    /// `nil` where the whole line is meant.
    case line(file: String, line: Int, column: Int?, problem: LineProblem)
    /// A file of vectors.
    case vectors(file: String, problem: VectorFileProblem)
    /// The store refused a batch; `position` is the document's that it names. Nothing of the batch was kept.
    case refused(StoreError, at: SourcePosition?)
    /// The encoder could not be opened or failed.
    case encoder(reason: String)
    /// A progress handler asked to stop. Batches that were acknowledged stay.
    case cancelled
}

/// Where in a file a document or a text was.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// What is counted.
    public enum Unit: Sendable, Hashable {
        /// Lines, from 1.
        case line
        /// Rows, from 0.
        case row
    }

    /// The path, or ``standardInputName``.
    public let file: String
    /// Whether `number` is a line's or a row's.
    public let unit: Unit
    /// The line, from 1, or the row, from 0.
    public let number: Int

    /// The place of line or row `number` in `file`.
    public init(file: String, unit: Unit, number: Int) {
        self.file = file
        self.unit = unit
        self.number = number
    }

    /// What standard input is called in messages.
    public static let standardInputName = "standard input"

    /// `FILE:LINE`, or `FILE, row ROW`.
    public var description: String {
        switch unit {
        case .line: "\(file):\(number)"
        case .row: "\(file), row \(number)"
        }
    }
}

/// Why a line cannot be used.
public enum LineProblem: Sendable, Equatable {
    /// Longer than `limit` bytes.
    case tooLong(limit: Int)
    /// An empty line that is followed by others.
    case empty
    /// Bytes that are not UTF-8.
    case invalidUTF8
    /// Not one JSON text.
    case brokenJSON(JSONError.Problem)
    /// JSON, but not an object; `found` is what it is.
    case notAnObject(found: String)
    /// A member that is neither Quiver's nor a field of the collection.
    case unknownMember(String)
    /// A member, found by the names that lead to it, that is not what belongs there.
    case invalidMember([String], reason: String)
    /// No key, which is the member `member`.
    case missingKey(member: String)
    /// No member `text` where a text is needed.
    case missingText
    /// No vector of the field, and nothing that could make one.
    case missingVector(field: String, hasText: Bool)
}

/// Why a file of vectors cannot be used.
public enum VectorFileProblem: Sendable, Equatable {
    /// The file does not begin as its format does.
    case notThisFormat(format: String, reason: String)
    /// An `.npy` version that does not exist.
    case unsupportedVersion(major: UInt8, minor: UInt8)
    /// The header of an `.npy` file at `offset` is not what NumPy writes.
    case brokenHeader(offset: Int, reason: String)
    /// An `.npy` file of another element type.
    case unsupportedType(String)
    /// An `.npy` file whose columns are contiguous.
    case fortranOrder
    /// An `.npy` file that is not a matrix.
    case wrongShape([Int])
    /// Rows of no number, of more than 65,536, or a number of them that no file can hold.
    case invalidSize(what: String, found: Int, allowed: ClosedRange<Int>)
    /// The file is not as long as its header says.
    case wrongLength(expected: Int, found: Int)
    /// The file ends inside row `row`.
    case truncatedRow(row: Int)
    /// A row of an `.fvecs` file says that it has another dimension than the first.
    case rowDimension(row: Int, expected: Int, found: Int)
    /// A float64 number that no float32 can hold.
    case outOfRange(row: Int, position: Int, value: Double)
    /// Rows need one vector field to go into, and the collection has none or several.
    case noVectorField(among: [String])
}
