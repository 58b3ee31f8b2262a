/// What a text is to an encoder: something searched for, or something to be found.
///
/// Many encoders put a different prefix before each, or run a different model.
public enum EncoderRole: String, Sendable, Hashable, CaseIterable {
    case query
    case document
}

/// How texts are to be encoded.
public struct EncodingRequest: Sendable, Hashable {
    /// Whether the texts are queries or documents.
    public var role: EncoderRole

    /// Texts are cut to so many tokens, special ones included; `nil`, or more than the encoder's own
    /// ``Encoder/maximumTokenCount``, stands for that.
    public var maximumTokenCount: Int?

    /// Rows are cut to their first so many numbers, which encoders that were trained for it (Matryoshka) put most into; rows of
    /// encoders that divide by the norm have norm 1 again. `nil` leaves them whole.
    public var prefixDimension: Int?

    /// The most tokens, of all texts that are worked on together, that a thread takes at once, which bounds its memory; a text
    /// of more is taken alone. `nil` leaves it to the encoder. Rows do not depend on it.
    public var tokenBudget: Int?

    /// How many threads may work at once, the caller's included.
    public var threadCount: Int

    /// A request.
    public init(
        role: EncoderRole,
        maximumTokenCount: Int? = nil,
        prefixDimension: Int? = nil,
        tokenBudget: Int? = nil,
        threadCount: Int = 1
    ) {
        self.role = role
        self.maximumTokenCount = maximumTokenCount
        self.prefixDimension = prefixDimension
        self.tokenBudget = tokenBudget
        self.threadCount = threadCount
    }
}
