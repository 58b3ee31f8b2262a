import CXXHash

/// Names everything that decides an encoder's output: weights, tokenizer, pooling, normalisation,
/// prefixes, length and reduction. Vectors of two encoders may be compared only when their identities are equal.
public struct EncoderIdentity: Sendable, Hashable, CustomStringConvertible {
    /// 128 bits, as 32 lowercase hexadecimal digits.
    public let hash: String

    /// The identity of this hash.
    public init(hash: String) {
        self.hash = hash
    }

    /// The hash.
    public var description: String { hash }

    /// The identity of rows that come from this encoder and are made otherwise, as `setting` says.
    public func changed(by setting: String) -> EncoderIdentity {
        let bytes = Array("\(hash) \(setting)".utf8)
        let digest = XXH3_128bits(bytes, bytes.count)
        return EncoderIdentity(hash: Self.digits(digest.high64) + Self.digits(digest.low64))
    }

    private static func digits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
