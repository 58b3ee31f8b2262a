/// An index is four strings of bytes, each of which is written from its beginning to its end.
public enum TextIndexPart: String, Sendable, Hashable, CaseIterable {
    /// The terms in the order of their bytes, and where their postings are (`TermsFormat`).
    case terms
    /// The documents of each term (`PostingsFormat`).
    case postings
    /// Where in these documents the term is (`PositionsFormat`); nothing in an index of weights.
    case positions
    /// The number of terms of each document, 4 bytes, little-endian; nothing in an index of weights.
    case lengths
}
