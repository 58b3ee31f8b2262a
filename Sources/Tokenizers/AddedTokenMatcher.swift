/// Finds added tokens in a text, from left to right, of those that begin together the longest.
struct AddedTokenMatcher: Sendable {
    private let tokens: [AddedToken]
    private let trie: ByteTrie
    private let beginsToken: [Bool]

    /// Where a token stands, with the white space that it takes.
    ///
    /// A token of white space may stand inside what the one before it took. Then `start` is not below
    /// `end`, and as the original has it, the match counts for nothing.
    struct Match {
        var start: Int
        var end: Int
        var id: Int32
    }

    /// Nil where there are no tokens to look for.
    init?(_ patterns: [(token: AddedToken, text: String)]) {
        if patterns.isEmpty { return nil }
        tokens = patterns.map(\.token)
        let trie = ByteTrie(
            patterns.enumerated().map { ($0.element.text, Int32(truncatingIfNeeded: $0.offset)) }
        )
        self.trie = trie
        beginsToken = (0...255).map { (byte: UInt8) in trie.child(of: ByteTrie.root, byte) != nil }
    }

    /// The next match at or behind `offset`, which moves behind the token itself, or nil.
    ///
    /// - Parameter end: where the previous match ended, with the white space that it took.
    func nextMatch(in bytes: Span<UInt8>, at offset: inout Int, behind end: Int) -> Match? {
        while offset < bytes.count {
            guard beginsToken[Int(bytes[offset])],
                let found = trie.longestMatch(in: bytes, offset..<bytes.count, from: ByteTrie.root)
            else {
                offset += 1
                continue
            }
            let token = tokens[Int(found.value)]
            let start = offset
            offset = found.end
            if token.isSingleWord,
                isWord(before: start, in: bytes) || isWord(at: found.end, in: bytes)
            {
                continue
            }
            return Match(
                start: token.stripsLeft
                    ? spaceStart(before: start, in: bytes, notBelow: end) : start,
                // What the previous token took is white space up to its end: it is not read twice.
                end: token.stripsRight ? spaceEnd(from: max(end, found.end), in: bytes) : found.end,
                id: token.id
            )
        }
        return nil
    }

    private func isWord(before offset: Int, in bytes: Span<UInt8>) -> Bool {
        var offset = offset
        return offset > 0 && isWordScalar(previousScalar(in: bytes, before: &offset))
    }

    private func isWord(at offset: Int, in bytes: Span<UInt8>) -> Bool {
        var offset = offset
        return offset < bytes.count && isWordScalar(nextScalar(in: bytes, at: &offset))
    }

    /// What `\w` matches (Unicode Technical Standard 18, annex C).
    private func isWordScalar(_ value: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(value)?.properties else { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }

    private func spaceStart(before offset: Int, in bytes: Span<UInt8>, notBelow limit: Int) -> Int {
        // A token that itself begins with white space may begin inside what the previous one took.
        if offset <= limit { return limit }
        var start = offset
        while start > limit {
            var previous = start
            guard isSpace(previousScalar(in: bytes, before: &previous)) else { break }
            start = previous
        }
        return start
    }

    private func spaceEnd(from offset: Int, in bytes: Span<UInt8>) -> Int {
        var end = offset
        while end < bytes.count {
            var next = end
            guard isSpace(nextScalar(in: bytes, at: &next)) else { break }
            end = next
        }
        return end
    }

    private func isSpace(_ value: UInt32) -> Bool {
        ScalarClasses.shared[value].contains(.whiteSpace)
    }
}
