extension SentenceSegmenter {
    /// What helps to find the sentences of a text.
    public struct Options: Sendable, Hashable {
        /// The ISO 639-1 code of the text's language (`de`). ICU has lists of abbreviations for German, French, Spanish, Italian,
        /// Portuguese and Russian; a language without one changes nothing, and the abbreviations of English are known always.
        public var language: String?

        /// Whether lines are wrapped: then a line end is white space like any other, unless an empty line or an item of a list
        /// follows. Otherwise a sentence ends with its line.
        public var hasWrappedLines: Bool

        /// Options.
        public init(language: String? = nil, hasWrappedLines: Bool = false) {
            self.language = language
            self.hasWrappedLines = hasWrappedLines
        }
    }
}
