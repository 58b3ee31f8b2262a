/// The text of one part, read from the left.
struct Words {
    private(set) var rest: Substring

    init(_ text: Substring) {
        rest = text
    }

    /// Drops `word` if it stands next.
    mutating func skip(_ word: String) -> Bool {
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    /// Takes the digits that stand next.
    mutating func takeDigits() -> Substring {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    /// Whether `_` and a digit stand next.
    var nextIsStage: Bool {
        rest.hasPrefix("_") && rest.dropFirst().first.map { $0.isASCII && $0.isNumber } == true
    }
}

extension FactoryParser {
    func number(
        _ words: inout Words,
        _ name: String,
        _ range: ClosedRange<Int>
    ) throws(FAISSError) -> Int {
        guard let value = try optionalNumber(&words, name, range) else {
            throw failure("\(name) is missing or no number")
        }
        return value
    }

    func optionalNumber(
        _ words: inout Words,
        _ name: String,
        _ range: ClosedRange<Int>
    ) throws(FAISSError) -> Int? {
        let digits = words.takeDigits()
        guard !digits.isEmpty else { return nil }
        guard digits.utf8.count == 1 || digits.utf8.first != UInt8(ascii: "0") else {
            throw failure("\(name) starts with 0")
        }
        guard digits.utf8.count <= 9, let value = Int(digits), range.contains(value) else {
            throw failure("\(name) is to be \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Throws if anything of `part` is left.
    func end(_ words: Words, of part: Substring) throws(FAISSError) {
        guard words.rest.isEmpty else {
            throw failure("\"\(words.rest)\" in \"\(part)\" is not known")
        }
    }

    /// The parts between commas that are not in parentheses.
    func split(_ text: Substring) throws(FAISSError) -> [Substring] {
        var parts: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
            guard 0...2 ~= depth else {
                throw failure(depth < 0 ? "a ) without its (" : "parentheses stand three deep")
            }
        }
        guard depth == 0 else { throw failure("a ( without its )") }
        parts.append(text[start...])
        return parts
    }

    func failure(_ reason: String) -> FAISSError {
        .unsupportedFactory(text, reason: reason)
    }
}

extension Substring {
    /// What stands between `opening` and a closing parenthesis at the end.
    func inside(_ opening: String) -> Substring? {
        hasPrefix(opening) && hasSuffix(")") ? dropFirst(opening.count).dropLast() : nil
    }
}
