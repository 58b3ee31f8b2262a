/// Sequences of tokens one after the other, without padding.
public struct RaggedBatch: Sendable {
    /// The tokens of all sequences.
    public private(set) var tokens: [Int32] = []
    /// Where each sequence begins in `tokens`, and at the end where the last one ends.
    public private(set) var offsets: [Int] = [0]
    /// Tokens of the longest sequence.
    public private(set) var longestCount = 0

    /// A batch without sequences.
    public init() {}

    /// How many sequences.
    public var count: Int { offsets.count - 1 }

    /// Adds a sequence at the end.
    public mutating func append(_ sequence: some Collection<Int32>) {
        tokens.append(contentsOf: sequence)
        longestCount = max(longestCount, sequence.count)
        offsets.append(tokens.count)
    }

    /// Where the tokens of sequence `index` lie.
    public func range(of index: Int) -> Range<Int> {
        offsets[index]..<offsets[index + 1]
    }
}
