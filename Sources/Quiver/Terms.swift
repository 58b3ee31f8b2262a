public import TextIndex

/// The terms by which `text` is searched for words: those that a text field of this language has in its index, in their order.
///
/// They are words by Unicode's rules (UAX #29), without case and accents, and with a language reduced to their stems.
///
/// ```swift
/// terms("The dogs' Cafés")  // ["the", "dogs", "cafes"]
/// terms("The dogs' Cafés", language: .english)  // ["the", "dog", "cafe"]
/// ```
///
/// - Complexity: linear in the text.
public func terms(_ text: String, language: Language? = nil) -> [String] {
    var analyzer = Analyzer(Analysis(language: language))
    return analyzer.terms(of: text)
}
