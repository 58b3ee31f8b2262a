/// A word of the filter language, in small letters or capitals.
enum FilterKeyword: String {
    case and, or, not, `in`, contains, prefix, `is`, null, exists, `true`, `false`

    private static let longest = 8

    init?(_ word: String) {
        guard word.utf8.count <= Self.longest else { return nil }
        self.init(rawValue: word.lowercased())
    }
}

/// Which characters the words of the filter language are made of. What Unicode knows of a character takes long to find, and of most is not
/// needed.
enum FilterWords {
    /// Whether a field's name can stand as it is.
    static func isPlain(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, isStart(first) else { return false }
        return name.unicodeScalars.allSatisfy(isPart) && FilterKeyword(name) == nil
    }

    static func isStart(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "a"..."z", "A"..."Z", "_": true
        default: !character.isASCII && character.properties.isAlphabetic
        }
    }

    static func isSpace(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case " ", "\t"..."\r": true
        default: !character.isASCII && character.properties.isWhitespace
        }
    }

    static func isPart(_ character: Unicode.Scalar) -> Bool {
        isStart(character) || character == "." || ("0"..."9").contains(character)
    }
}

/// A piece of a filter's text and where it begins.
struct FilterToken: Equatable {
    enum Kind: Equatable {
        /// A field's name.
        case name(String)
        /// A word of the language, as it was written.
        case keyword(FilterKeyword, String)
        /// A name in backquotes.
        case quotedName(String)
        case string(String)
        case integer(Int64)
        case double(Double)
        /// `(`, `)`, `,` or a comparison.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// The position of its first character, counted in characters from 1.
    let position: Int
}

/// Cuts a filter's text into tokens.
struct FilterTokenizer {
    private let characters: [Unicode.Scalar]
    private var next = 0

    init(_ text: String) {
        characters = Array(text.unicodeScalars)
    }

    /// All tokens, the last one `end`.
    static func tokens(of text: String) throws(StoreError) -> [FilterToken] {
        var tokenizer = FilterTokenizer(text)
        var tokens: [FilterToken] = []
        repeat { tokens.append(try tokenizer.token()) } while tokens.last?.kind != .end
        return tokens
    }

    private var current: Unicode.Scalar? {
        next < characters.count ? characters[next] : nil
    }

    private mutating func token() throws(StoreError) -> FilterToken {
        while let character = current, FilterWords.isSpace(character) { next += 1 }
        let position = next + 1
        guard let character = current else { return FilterToken(kind: .end, position: position) }
        let kind: FilterToken.Kind
        switch character {
        case "(", ")", ",":
            next += 1
            kind = .symbol(String(character))
        case "=", "!", "<", ">": kind = try comparison(position)
        case "\"", "'": kind = .string(try quoted(character, position))
        case "`": kind = .quotedName(try name(position))
        case "0"..."9", "-", "+": kind = try number(position)
        default:
            guard FilterWords.isStart(character) else {
                throw .invalidFilter(
                    reason: "unexpected \"\(character)\"",
                    position: position
                )
            }
            var word = ""
            while let character = current, FilterWords.isPart(character) {
                word.unicodeScalars.append(character)
                next += 1
            }
            kind = FilterKeyword(word).map { .keyword($0, word) } ?? .name(word)
        }
        return FilterToken(kind: kind, position: position)
    }

    private mutating func comparison(_ position: Int) throws(StoreError) -> FilterToken.Kind {
        let first = characters[next]
        next += 1
        if current == "=" {
            next += 1
            return .symbol(first == "=" ? "=" : "\(first)=")
        }
        guard first != "!" else {
            throw .invalidFilter(reason: "expected \"=\" behind \"!\"", position: position)
        }
        return .symbol(String(first))
    }

    private mutating func quoted(
        _ quote: Unicode.Scalar,
        _ position: Int
    ) throws(StoreError) -> String {
        next += 1
        var text = ""
        while let character = current {
            next += 1
            if character == quote { return text }
            guard character == "\\" else {
                text.unicodeScalars.append(character)
                continue
            }
            guard let escaped = current else { break }
            next += 1
            switch escaped {
            case "n": text += "\n"
            case "t": text += "\t"
            case "r": text += "\r"
            case "\\", "\"", "'": text.unicodeScalars.append(escaped)
            default:
                throw .invalidFilter(
                    reason: "unknown escape \"\\\(escaped)\"",
                    position: next - 1
                )
            }
        }
        throw .invalidFilter(reason: "a string without its end", position: position)
    }

    private mutating func name(_ position: Int) throws(StoreError) -> String {
        next += 1
        var text = ""
        while let character = current {
            next += 1
            if character != "`" {
                text.unicodeScalars.append(character)
            } else if current == "`" {
                text += "`"
                next += 1
            } else {
                return text
            }
        }
        throw .invalidFilter(reason: "a name without its end", position: position)
    }

    private mutating func number(_ position: Int) throws(StoreError) -> FilterToken.Kind {
        var text = ""
        while let character = current,
            ("0"..."9").contains(character) || character == "." || character == "e"
                || character == "E" || character == "-" || character == "+"
        {
            text.unicodeScalars.append(character)
            next += 1
        }
        if let integer = Int64(text) { return .integer(integer) }
        if let double = Double(text), double.isFinite { return .double(double) }
        throw .invalidFilter(reason: "\"\(text)\" is not a number", position: position)
    }
}
