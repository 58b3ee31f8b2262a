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
    /// A borrowed view of rows lacks the values, norms or scales that its storage type and metric need.
    case incompleteRows(missing: String)
    /// The index must be trained before it takes rows or answers.
    case notTrained
    /// The index is trained already, and its rows are encoded with what was learned.
    case alreadyTrained
    /// Training needs at least one row a list.
    case tooFewTrainingRows(required: Int, found: Int)
    /// More rows than an index or graph can number.
    case tooManyRows(limit: Int, found: Int)
    /// An earlier change failed inside FAISS and may have left the index half changed.
    case unusable(after: String)
    /// Bytes that are no index this module wrote, or only a part of one.
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
        case .malformed(let reason):
            "not the bytes of an index: \(reason)"
        }
    }
}

/// Throws what `status` and the thread's message say. To be called on the thread of the call itself.
func check(_ status: cfaiss_status) throws(FAISSError) {
    guard status != CFAISS_OK else { return }
    let message = String(cString: cfaiss_error_message())
    switch status {
    case CFAISS_OUT_OF_MEMORY: throw .outOfMemory
    case CFAISS_CANCELLED: throw .cancelled
    case CFAISS_MALFORMED: throw .malformed(reason: message)
    default: throw .faiss(message: message)
    }
}

/// Throws unless `value` is in `allowed`.
func check(_ parameter: String, _ value: Int, in allowed: ClosedRange<Int>) throws(FAISSError) {
    guard allowed.contains(value) else {
        throw .outOfRange(parameter: parameter, allowed: allowed, found: value)
    }
}
