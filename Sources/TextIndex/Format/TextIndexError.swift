/// Why a text index cannot be used.
public enum TextIndexError: Error, Sendable, Hashable {
    /// Its bytes are not what a writer of text indexes leaves.
    case malformed(part: TextIndexPart, reason: String)
    /// A weight of a sparse vector is not above 0, or not finite.
    case invalidWeight(dimension: UInt32, weight: Float)
    /// A sparse vector has two weights of a dimension.
    case repeatedDimension(UInt32)
    /// An index in memory holds no more terms.
    case full(limit: Int)
    /// Scores cannot be computed so: they would not grow with the count, or be no numbers.
    case invalidWeighting(reason: String)
    /// A query is not written as the query language has it.
    case invalidQuery(reason: String, offset: Int)
}

extension TextIndexError: CustomStringConvertible {
    /// What is wrong, as a part of a sentence.
    public var description: String {
        switch self {
        case .malformed(let part, let reason): "the index's \(part.rawValue) \(reason)"
        case .invalidWeight(let dimension, let weight):
            "dimension \(dimension) has the weight \(weight); weights are finite and above 0"
        case .repeatedDimension(let dimension): "dimension \(dimension) has two weights"
        case .full(let limit): "an index in memory holds at most \(limit) terms"
        case .invalidWeighting(let reason): reason
        case .invalidQuery(let reason, let offset): "\(reason) at character \(offset + 1)"
        }
    }
}
