/// What a person is looking for in texts.
///
///     error "no such file" -debug +disk conf* title:network^2
///
/// Words are looked for anywhere, and the more there are the better; `"…"` is a phrase, `word*` the beginning of a word, `+` must be there,
/// `-` must not, `field:` is one field alone, and `^2` counts double. `\` takes its meaning from the character that follows.
public struct TextQuery: Sendable, Hashable {
    /// Something to look for.
    public struct Part: Sendable, Hashable {
        /// What kind of thing.
        public enum Form: Sendable, Hashable {
            /// Words, each by itself.
            case words
            /// Words that follow one another.
            case phrase
            /// The beginning of a word, as it is written: it is not reduced to a stem, and compared with stems.
            case prefix
        }

        /// What it does to the documents that have it.
        public var role: TextSearch.Role
        /// What kind of thing `text` is.
        public var form: Form
        /// What is looked for.
        public var text: String
        /// The field that it is looked for in; `nil` in all.
        public var field: String?
        /// By how much its scores are multiplied, above 0.
        public var boost: Double

        /// A part that is looked for in all fields and counts once, unless said otherwise.
        public init(
            _ text: String,
            form: Form = .words,
            role: TextSearch.Role = .should,
            field: String? = nil,
            boost: Double = 1
        ) {
            self.role = role
            self.form = form
            self.text = text
            self.field = field
            self.boost = boost
        }
    }

    /// What is looked for.
    public var parts: [Part]

    /// A query of these parts.
    public init(_ parts: [Part]) {
        self.parts = parts
    }

    /// The words of a text, whatever other characters are in it.
    public init(words text: String) {
        parts = [Part(text)]
    }

    /// A query that a person has written.
    ///
    /// - Parameter fields: names that can stand before a colon; any other colon is one of the text.
    /// - Throws: `invalidQuery` where a phrase does not end, or nothing follows a `+` or `-`.
    public init(parsing text: String, fields: Set<String> = []) throws(TextIndexError) {
        var parser = TextQueryParser(text, fields: fields)
        parts = try parser.parts()
    }
}

extension TextQuery.Part {
    /// What it looks for in a field that is analysed by `analyzer`: nothing if it has no words.
    ///
    /// Of a part that must or must not be there all words make one phrase.
    public func clauses(_ analyzer: inout Analyzer) -> [TextClause] {
        if form == .prefix {
            let prefix = analyzer.folded(text)
            return prefix.isEmpty ? [] : [.prefix(prefix)]
        }
        let terms = analyzer.terms(of: text).map { Array($0.utf8) }
        switch (form, role) {
        case (.words, .should): return terms.map { .term($0) }
        default: return terms.isEmpty ? [] : terms.count == 1 ? [.term(terms[0])] : [.phrase(terms)]
        }
    }
}
