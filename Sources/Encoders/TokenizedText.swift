import Tokenizers

/// A text as a model sees it, and which of its tokens become rows.
struct TokenizedText: Sendable {
    var ids: [Int32]
    /// The tokens that become rows of their own; where a text becomes one row, all of them are of it.
    var kept: Range<Int>
    /// Where each token stands in the text without its prefix; none where nobody asks.
    var byteRanges: [Range<Int>] = []
}

extension TokenizedText {
    /// All tokens, for one row.
    init(ids: [Int32]) {
        self.ids = ids
        kept = ids.indices
    }

    /// Tokens with their places.
    ///
    /// - Parameters:
    ///   - prefixByteCount: bytes that were put before the text; tokens of them alone count as special ones.
    ///   - keepsSpecialTokens: whether those become rows, too.
    init(
        tokens: [Token],
        prefixByteCount: Int,
        keepsSpecialTokens: Bool
    ) {
        ids = tokens.map(\.id)
        byteRanges = tokens.map { token in
            max(
                0,
                token.byteRange.lowerBound - prefixByteCount
            )..<max(0, token.byteRange.upperBound - prefixByteCount)
        }
        kept = ids.indices
        guard !keepsSpecialTokens else { return }
        let first = tokens.firstIndex {
            !$0.byteRange.isEmpty && $0.byteRange.upperBound > prefixByteCount
        }
        let last = tokens.lastIndex { !$0.byteRange.isEmpty }
        // A prefix alone has a last token, and no first one.
        kept = first.map { $0..<max($0, last ?? $0) + 1 } ?? 0..<0
    }
}
