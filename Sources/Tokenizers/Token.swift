/// A token of a text, and where it stands.
public struct Token: Sendable, Hashable {
    /// Its number in the vocabulary.
    public var id: Int32
    /// The bytes of the text's UTF-8 that it was made of: whole scalars, without the white space around a word. Special tokens that
    /// were put around the text have none: theirs are empty, at its beginning and its end.
    public var byteRange: Range<Int>

    /// A token.
    public init(id: Int32, byteRange: Range<Int>) {
        self.id = id
        self.byteRange = byteRange
    }
}
