internal import CFAISS

/// What went wrong with an index, and with what.
public enum FAISSError: Error, Sendable, Equatable {
    /// FAISS threw. `message` is its own, with the place in its source.
    case faiss(message: String)
    /// The memory that the call needs is not to be had.
    case outOfMemory
    /// The progress closure said to stop.
    case cancelled
    /// A factory string that this module does not build.
    case unsupportedFactory(String, reason: String)
    /// A number given for an index, a graph or a search is out of its range.
    case outOfRange(parameter: String, allowed: ClosedRange<Int>, found: Int)
    /// A search parameter that the index does not know, such as `nprobe` for a flat one.
    case unknownParameter(String, factory: String)
    /// The numbers given are no whole number of rows.
    case notWholeRows(dimension: Int, valueCount: Int)
    /// A row (counted from 0 in what was given) holds NaN or infinity.
    case notFinite(row: Int)
    /// A row holds a number beyond ±`limit`, whose square FAISS could not sum: 1e15, or 1e6 for additive codes.
    case tooLarge(row: Int, limit: Float)
    /// Rows of bits are to be whole bytes.
    case notWholeBytes(dimension: Int)
    /// A number given for a search is NaN.
    case notANumber(parameter: String)
    /// The kind of index cannot do this.
    case unsupported(operation: String, kind: String)
    /// One label a row is needed.
    case wrongLabelCount(expected: Int, found: Int)
    /// A label (for the row counted from 0 in what was given) is less than 0.
    case negativeLabel(Int64, row: Int)
    /// No row has this label.
    case unknownLabel(Int64)
    /// Text that is no list of search parameters.
    case malformedParameters(String, reason: String)
    /// A borrowed view of rows lacks the values, norms or scales that its storage type and metric need.
    case incompleteRows(missing: String)
    /// The index must be trained before it takes rows or answers.
    case notTrained
    /// The index is trained already, and its rows are encoded with what was learned.
    case alreadyTrained
    /// Training needs at least one row a centroid of the largest set that it learns.
    case tooFewTrainingRows(required: Int, found: Int)
    /// The training rows do not determine what is to be learned from them.
    case degenerate(reason: String)
    /// A graph of this kind cannot be made of so few rows.
    case tooFewRows(required: Int, found: Int)
    /// The index takes its rows in one call, and holds some.
    case holdsRows(kind: String)
    /// An argument that C refuses, which this module should have.
    case invalid(reason: String)
    /// Two indexes cannot be merged.
    case notMergeable(reason: String)
    /// More rows than an index or graph can number.
    case tooManyRows(limit: Int, found: Int)
    /// An earlier change failed inside FAISS and may have left the index half changed.
    case unusable(after: String)
    /// The index leans on mapped memory and cannot be changed.
    case readOnly
    /// Bytes that are no container of this module's, one of another version or of something else, or only a part of one.
    /// FAISS has seen none of them.
    case notAContainer(reason: String)
    /// Bytes of a container that are not as they were written. FAISS has seen none of them.
    case checksum(reason: String)
    /// Bytes whose contents contradict each other: FAISS's own, or a container's whose checksums are right.
    case malformed(reason: String)
}

extension FAISSError: CustomStringConvertible {
    /// One sentence that names what was wrong and what would be right.
    public var description: String {
        switch self {
        case .faiss(let message):
            "FAISS: \(message)"
        case .outOfMemory:
            "not enough memory for the index"
        case .cancelled:
            "cancelled"
        case .unsupportedFactory(let factory, let reason):
            "factory string \"\(factory)\": \(reason)"
        case .outOfRange(let parameter, let allowed, let found):
            "\(parameter) is \(found), expected \(allowed.lowerBound) to \(allowed.upperBound)"
        case .unknownParameter(let parameter, let factory):
            "an index of kind \(factory) has no \(parameter)"
        case .notWholeRows(let dimension, let valueCount):
            "\(valueCount) numbers are no whole number of rows of dimension \(dimension)"
        case .notFinite(let row):
            "row \(row) holds NaN or infinity"
        case .tooLarge(let row, let limit):
            "row \(row) holds a number beyond ±\(limit)"
        case .notWholeBytes(let dimension):
            "\(dimension) bits are no whole number of bytes"
        case .notANumber(let parameter):
            "\(parameter) is no number"
        case .unsupported(let operation, let kind):
            "an index of kind \(kind) does not offer \(operation)"
        case .wrongLabelCount(let expected, let found):
            "\(found) labels for \(expected) rows"
        case .negativeLabel(let label, let row):
            "the label of row \(row) is \(label), expected 0 or more"
        case .unknownLabel(let label):
            "no row has the label \(label)"
        case .malformedParameters(let text, let reason):
            "search parameters \"\(text)\": \(reason)"
        case .degenerate(let reason):
            reason
        case .tooFewRows(let required, let found):
            "\(found) rows are too few, at least \(required) are needed"
        case .holdsRows(let kind):
            "an index of kind \(kind) takes its rows all at once, and holds some"
        case .invalid(let reason):
            reason
        case .notMergeable(let reason):
            "the indexes cannot be merged: \(reason)"
        case .incompleteRows(let missing):
            "the rows come without their \(missing)"
        case .notTrained:
            "the index must be trained first"
        case .alreadyTrained:
            "the index is trained already"
        case .tooFewTrainingRows(let required, let found):
            "\(found) rows are too few to train with, at least \(required) are needed"
        case .tooManyRows(let limit, let found):
            "\(found) rows are more than the \(limit) that an index can number"
        case .unusable(let failure):
            "an earlier change of the index failed: \(failure)"
        case .readOnly:
            "the index is mapped and cannot be changed"
        case .notAContainer(let reason):
            "not the bytes of an index: \(reason)"
        case .checksum(let reason):
            "the bytes were altered: \(reason)"
        case .malformed(let reason):
            "bytes of no index that can be: \(reason)"
        }
    }
}

/// Throws what `status` and the thread's message say. To be called on the thread of the call itself.
func check(_ status: cfaiss_status) throws(FAISSError) {
    guard status != CFAISS_OK else { return }
    let message = String(cString: cfaiss_error_message())
    switch status {
    case CFAISS_READ_ONLY: throw .readOnly
    case CFAISS_OUT_OF_MEMORY: throw .outOfMemory
    case CFAISS_CANCELLED: throw .cancelled
    case CFAISS_NOT_A_CONTAINER: throw .notAContainer(reason: message)
    case CFAISS_CHECKSUM: throw .checksum(reason: message)
    case CFAISS_MALFORMED: throw .malformed(reason: message)
    case CFAISS_INVALID: throw .invalid(reason: message)
    case CFAISS_UNSUPPORTED: throw .unsupported(operation: message, kind: "this kind")
    case CFAISS_DEGENERATE: throw .degenerate(reason: message)
    default: throw .faiss(message: message)
    }
}

/// Throws unless `value` is in `allowed`.
func check(_ parameter: String, _ value: Int, in allowed: ClosedRange<Int>) throws(FAISSError) {
    guard allowed.contains(value) else {
        throw .outOfRange(parameter: parameter, allowed: allowed, found: value)
    }
}
