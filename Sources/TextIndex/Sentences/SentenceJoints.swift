/// Decides which boundaries of Unicode's rules join two parts of a sentence in real texts.
///
/// It looks at the word before the boundary and at the one behind it, never further, and only ever takes boundaries away.
struct SentenceJoints {
    /// Abbreviations of the text's language, beside those that are always known.
    private let abbreviations: Set<String>

    /// Longer words are no abbreviations.
    private static let maximumWordByteCount = 24

    init(language: String?) {
        abbreviations = language.map(Abbreviations.icuList) ?? []
    }

    /// Whether the sentence that began at `start` goes on behind `boundary`.
    ///
    /// - Parameter next: where the white space behind the boundary ends, and something begins.
    func joins(_ text: Span<UInt8>, sentence start: Int, _ boundary: Int, next: Int) -> Bool {
        guard next < text.count else { return false }
        // Back over white space, and what closes: "end.) "
        var end = boundary
        while end > start {
            var index = end
            let scalar = TextScalars.scalar(in: text, before: &index)
            if TextScalars.isLineEnd(scalar) { return false }
            guard TextScalars.isSpace(scalar) else { break }
            end = index
        }
        var gap = boundary..<next
        while !gap.isEmpty {
            var index = gap.lowerBound
            if TextScalars.isLineEnd(TextScalars.scalar(in: text, at: &index)) { return false }
            gap = index..<next
        }
        let hasSpace = end < next
        var mark = end
        var terminator: Unicode.Scalar = " "
        while mark > start {
            terminator = TextScalars.scalar(in: text, before: &mark)
            guard TextScalars.isBracket(terminator) else { break }
        }
        guard TextScalars.isTerminator(terminator) else { return false }
        let isBare = mark + terminator.utf8.count == end
        guard terminator == "." else {
            // "Stop!" he said.
            return hasSpace && !isBare && startsLowercase(text, at: next)
        }
        // here.[1], v2.x of a name: only scripts without spaces go on without one.
        guard hasSpace else { return text[next] < 0x80 }
        guard isBare else { return false }
        let word = wordStart(in: text, from: start, before: mark)..<mark
        guard !word.isEmpty, word.count <= Self.maximumWordByteCount else { return false }
        return goesOn(after: word, in: text, sentence: start, next: next)
    }

    /// Whether the sentence goes on behind `word` and a full stop.
    private func goesOn(
        after word: Range<Int>,
        in text: Span<UInt8>,
        sentence start: Int,
        next: Int
    ) -> Bool {
        let following = Following(in: text, at: next)
        let name = string(text, word)
        if isItemNumber(name), isFirst(text, word.lowerBound, sentence: start) { return true }
        if abbreviations.contains(name) { return true }
        switch Abbreviations.kind(of: name) {
        case .followed: return true
        case .beforeNumber: if following.startsWithDigit { return true }
        case .either: return !following.beginsSentence
        case nil: break
        }
        return isInitial(word, in: text, sentence: start) && !following.beginsSentence
    }

    /// Whether `word` is a capital letter that abbreviates a name. "I" is a word where no name is before it.
    private func isInitial(_ word: Range<Int>, in text: Span<UInt8>, sentence start: Int) -> Bool {
        var index = word.lowerBound
        let letter = TextScalars.scalar(in: text, at: &index)
        guard index == word.upperBound, letter.properties.isUppercase else { return false }
        guard letter == "I" else { return true }
        var before = word.lowerBound
        while before > start {
            var place = before
            guard TextScalars.isSpace(TextScalars.scalar(in: text, before: &place)) else { break }
            before = place
        }
        if before > start, text[before - 1] == UInt8(ascii: ".") { return true }
        var first = wordStart(in: text, from: start, before: before)
        return first < before
            && TextScalars.scalar(in: text, at: &first).properties.isUppercase
    }

    /// `1`, `12`, `a`: what numbers an item where it begins a sentence.
    private func isItemNumber(_ word: String) -> Bool {
        word.utf8.count <= 3 && word.utf8.allSatisfy { (0x30...0x39).contains($0) }
            || word.utf8.count == 1 && word.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
    }

    /// Whether nothing but white space and brackets is between a sentence's start and `place`.
    private func isFirst(_ text: Span<UInt8>, _ place: Int, sentence start: Int) -> Bool {
        guard place - start <= Self.maximumWordByteCount else { return false }
        var index = start
        while index < place {
            let scalar = TextScalars.scalar(in: text, at: &index)
            guard TextScalars.isSpace(scalar) || TextScalars.isBracket(scalar) else { return false }
        }
        return true
    }

    /// Where the letters, digits, full stops and hyphens before `end` begin; not much further back than a word may be long.
    private func wordStart(in text: Span<UInt8>, from start: Int, before end: Int) -> Int {
        var first = end
        while first > start, end - first <= Self.maximumWordByteCount {
            var index = first
            let scalar = TextScalars.scalar(in: text, before: &index)
            guard
                TextScalars.isLetter(scalar) || TextScalars.isDigit(scalar) || scalar == "."
                    || scalar == "-"
            else { break }
            first = index
        }
        return first
    }

    private func startsLowercase(_ text: Span<UInt8>, at index: Int) -> Bool {
        var index = index
        return TextScalars.scalar(in: text, at: &index).properties.isLowercase
    }
}

/// What follows a boundary.
private struct Following {
    private(set) var startsWithDigit = false
    private(set) var beginsSentence = false

    init(in text: Span<UInt8>, at next: Int) {
        var start = next
        while start < text.count, start - next < 8 {
            var index = start
            guard TextScalars.isBracket(TextScalars.scalar(in: text, at: &index)) else { break }
            start = index
        }
        var end = start
        while end < text.count, end - start < 16 {
            var index = end
            guard TextScalars.isLetter(TextScalars.scalar(in: text, at: &index)) else { break }
            end = index
        }
        guard start < text.count else { return }
        startsWithDigit = (0x30...0x39).contains(text[start])
        let isInitial = end < text.count && text[end] == UInt8(ascii: ".") && end - start == 1
        beginsSentence = !isInitial && Abbreviations.beginsSentences(string(text, start..<end))
    }
}

private func string(_ text: Span<UInt8>, _ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range { bytes.append(text[index]) }
    return String(decoding: bytes, as: UTF8.self)
}

extension TextScalars {
    /// Whether sentences end with it: UAX #29's ATerm and STerm.
    fileprivate static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "!" || scalar == "?"
            || (scalar.value >= 0x80 && scalar.properties.generalCategory == .otherPunctuation)
    }
}
