/// What a query looks for in one field, in terms as its analysis makes them.
public enum TextClause: Sendable, Hashable {
    /// A term.
    case term([UInt8])
    /// Terms that follow one another.
    case phrase([[UInt8]])
    /// Every term that begins like this, as if it were one.
    case prefix([UInt8])
    /// A number of a sparse vector, in an index of weights.
    case dimension(UInt32)
}

/// The documents of an index in which a clause is found.
public struct TextMatches {
    /// How many they are.
    public var documentCount: Int { cursor?.documentCount ?? 0 }

    let index: InvertedIndex
    let cursor: PostingsCursor?
}

extension InvertedIndex {
    /// Finds the documents of a clause. Those of a term are not read yet; phrases and prefixes are looked for now, in time that grows with
    /// the documents of the phrase's rarest term, and with those of all the prefix's terms.
    public func matches(of clause: TextClause) throws -> TextMatches {
        let cursor: PostingsCursor?
        switch clause {
        case .term(let term): cursor = try postings(of: term)
        case .dimension(let number):
            cursor = try postings(of: withUnsafeBytes(of: number.bigEndian) { Array($0) })
        case .prefix(let prefix): cursor = try PrefixUnion.documents(of: prefix, in: self)
        case .phrase(let terms):
            cursor =
                terms.count == 1
                ? try postings(of: terms[0]) : try PhraseMatches(terms, in: self)?.documents()
        }
        return TextMatches(index: self, cursor: cursor)
    }

    private func postings(of term: [UInt8]) throws -> PostingsCursor? {
        guard let entry = try entry(of: term.span) else { return nil }
        return try PostingsCursor(entry, of: self)
    }
}
