/// What a text is to an encoder: something searched for, or something to be found.
///
/// Many encoders put a different prefix before each, or run a different model.
public enum EncoderRole: String, Sendable, Hashable, CaseIterable {
    case query
    case document
}

/// Names everything that decides an encoder's output: weights, tokenizer, pooling, normalisation,
/// prefixes and length. Vectors of two encoders may be compared only when their identities are equal.
public struct EncoderIdentity: Sendable, Hashable, CustomStringConvertible {
    /// 128 bits, as 32 lowercase hexadecimal digits.
    public let hash: String

    /// The identity of this hash.
    public init(hash: String) {
        self.hash = hash
    }

    /// The hash.
    public var description: String { hash }
}

/// Turns texts into rows of a vector field.
///
/// The engine knows encoders only through this protocol; `Encoders` has the ones that run models.
public protocol Encoder: Sendable {
    /// What a collection remembers, so that it can refuse vectors of another encoder.
    var identity: EncoderIdentity { get }

    /// Numbers in a row.
    var dimension: Int { get }

    /// Encodes `texts`, one row each.
    ///
    /// - Parameters:
    ///   - texts: any lengths, in any order; the encoder batches them as suits it.
    ///   - role: whether these are queries or documents.
    ///   - threadCount: how many threads may work at once, the caller's included.
    ///   - progress: called from the caller's thread with the number of texts done so far. Return `false` to
    ///     cancel; the call then throws `CancellationError`.
    /// - Returns: `[texts.count × dimension]`, row-major, in the order of `texts`.
    func encode(
        _ texts: [String],
        role: EncoderRole,
        threadCount: Int,
        progress: (_ textCount: Int) -> Bool
    ) throws -> [Float]
}
