/// How text becomes terms: what an index was built with, and what its queries must be analysed with.
public struct Analysis: Sendable, Hashable {
    /// Words are reduced to their stems by this language's rules; `nil` leaves them as they are.
    public var language: Language?

    /// Words of `language`, stemmed; or of any, unstemmed.
    public init(language: Language? = nil) {
        self.language = language
    }
}
