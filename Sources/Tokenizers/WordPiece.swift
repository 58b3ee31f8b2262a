internal import JSON

/// The WordPiece model: a word is cut into the longest pieces of the vocabulary, from the left.
struct WordPiece: Sendable {
    private let pieces: ByteTrie
    /// Where a walk for a piece inside a word begins: behind the prefix (`##`), or nil where no piece has it.
    private let continuation: Int?
    private let unknownID: Int32
    private let maximumScalarCount: Int

    /// Longer words than this would make encoding quadratic in the length of the text.
    private static let scalarCountLimit = 1000

    init(_ section: Section, _ vocabulary: ModelVocabulary) throws(TokenizerError) {
        try section.allowOnly([
            "type", "vocab", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word",
        ])
        let unknown = try section.string("unk_token")
        guard let unknownID = vocabulary.id(of: unknown) else {
            throw .invalid(
                member: section.path("unk_token"),
                reason: "\"\(unknown)\" is not in the vocabulary"
            )
        }
        self.unknownID = unknownID
        pieces = vocabulary.trie
        continuation = pieces.node(of: try section.string("continuing_subword_prefix").utf8)
        let maximumScalarCount = try section.int("max_input_chars_per_word", atLeast: 0)
        guard maximumScalarCount <= Self.scalarCountLimit else {
            throw .unsupported(
                member: section.path("max_input_chars_per_word"),
                what: "words of more than \(Self.scalarCountLimit) characters"
            )
        }
        self.maximumScalarCount = maximumScalarCount
    }

    /// Appends the ids of a word's pieces to `ids`, or the unknown token's; and where they lie, if `ranges` is there.
    func append(
        word: Range<Int>,
        of bytes: Span<UInt8>,
        into ids: inout [Int32],
        _ ranges: inout [Range<Int>]?
    ) {
        if word.count > maximumScalarCount, scalarCount(word, of: bytes) > maximumScalarCount {
            ids.append(unknownID)
            ranges?.append(word)
            return
        }
        let count = ids.count
        var start = word.lowerBound
        while start < word.upperBound {
            let node = start == word.lowerBound ? ByteTrie.root : continuation
            guard let node,
                let piece = pieces.longestMatch(in: bytes, start..<word.upperBound, from: node)
            else {
                ids.removeSubrange(count...)
                ids.append(unknownID)
                ranges?.removeSubrange(count...)
                ranges?.append(word)
                return
            }
            ids.append(piece.value)
            ranges?.append(start..<piece.end)
            start = piece.end
        }
    }

    private func scalarCount(_ word: Range<Int>, of bytes: Span<UInt8>) -> Int {
        var count = 0
        for offset in word where bytes[offset] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
