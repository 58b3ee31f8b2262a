/// Reads the query language.
struct TextQueryParser {
    private let characters: [Character]
    private let fields: Set<String>
    private var index = 0

    init(_ text: String, fields: Set<String>) {
        characters = Array(text)
        self.fields = fields
    }

    mutating func parts() throws(TextIndexError) -> [TextQuery.Part] {
        var parts: [TextQuery.Part] = []
        while true {
            while let next = peek, next.isWhitespace { index += 1 }
            guard peek != nil else { return parts }
            if let part = try part() { parts.append(part) }
        }
    }

    private var peek: Character? { index < characters.count ? characters[index] : nil }

    private mutating func part() throws(TextIndexError) -> TextQuery.Part? {
        var part = TextQuery.Part("")
        let start = index
        if peek == "+" || peek == "-" {
            part.role = peek == "+" ? .must : .mustNot
            index += 1
        }
        part.field = field()
        if peek == "\"" {
            part.form = .phrase
            part.text = try phrase()
            part.boost = boost() ?? 1
        } else {
            word(&part)
        }
        if part.text.isEmpty, part.role != .should || part.field != nil {
            throw .invalidQuery(
                reason: "nothing follows \"\(String(characters[start..<index]))\"",
                offset: start
            )
        }
        return part.text.isEmpty ? nil : part
    }

    /// A name before a colon, if it is one of a field.
    private mutating func field() -> String? {
        var end = index
        while end < characters.count, characters[end] != ":", !characters[end].isWhitespace {
            end += 1
        }
        guard end < characters.count, characters[end] == ":" else { return nil }
        let name = String(characters[index..<end])
        guard fields.contains(name) else { return nil }
        index = end + 1
        return name
    }

    private mutating func phrase() throws(TextIndexError) -> String {
        let start = index
        var text = ""
        index += 1
        while let next = peek {
            index += 1
            switch next {
            case "\"": return text
            case "\\":
                if let escaped = peek {
                    text.append(escaped)
                    index += 1
                }
            default: text.append(next)
            }
        }
        throw .invalidQuery(reason: "the phrase that begins here does not end", offset: start)
    }

    private mutating func word(_ part: inout TextQuery.Part) {
        while let next = peek, !next.isWhitespace {
            if next == "*", index + 1 == characters.count || isEnd(index + 1) {
                index += 1
                part.form = .prefix
                part.boost = boost() ?? part.boost
                return
            }
            if next == "^", let boost = boost() {
                part.boost = boost
                return
            }
            index += 1
            if next == "\\", let escaped = peek {
                part.text.append(escaped)
                index += 1
            } else {
                part.text.append(next)
            }
        }
    }

    private func isEnd(_ place: Int) -> Bool {
        place == characters.count || characters[place].isWhitespace || characters[place] == "^"
    }

    /// A number behind `^` that ends its word.
    private mutating func boost() -> Double? {
        guard peek == "^" else { return nil }
        var end = index + 1
        while end < characters.count, !characters[end].isWhitespace { end += 1 }
        guard let boost = Double(String(characters[(index + 1)..<end])), boost.isFinite, boost > 0
        else { return nil }
        index = end
        return boost
    }
}
