import CICU
import TestSupport
import Testing
import TextIndex

@Suite struct WordTests {
    /// Words as ICU finds them in the whole text.
    private func wordsByICU(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        guard let icu = cicu_breaks_new(cicu_words) else { return [] }
        defer { cicu_breaks_free(icu) }
        return bytes.withUnsafeBufferPointer { buffer in
            guard cicu_breaks_set(icu, buffer.baseAddress, Int64(buffer.count)) != 0 else {
                return []
            }
            var words: [String] = []
            var start = 0
            var isWord: Int32 = 0
            while true {
                let end = Int(cicu_breaks_next(icu, &isWord))
                guard end > start else { return words }
                if isWord != 0 { words.append(String(decoding: bytes[start..<end], as: UTF8.self)) }
                start = end
            }
        }
    }

    private func words(_ text: String) -> [String] {
        var analyzer = Analyzer(Analysis())
        let bytes = Array(text.utf8)
        var words: [String] = []
        analyzer.forEachWord(in: bytes.span) {
            words.append(String(decoding: bytes[$0], as: UTF8.self))
        }
        return words
    }

    @Test(arguments: [
        (
            "The quick (“brown”) fox can’t jump 32.3 feet, right?",
            ["The", "quick", "brown", "fox", "can’t", "jump", "32.3", "feet", "right"]
        ),
        (
            "snake_case a.b 1,000 3. .5 x-ray 'tis o'",
            ["snake_case", "a.b", "1,000", "3", "5", "x", "ray", "tis", "o"]
        ),
        ("Größe naïve Ελλάδα Москва", ["Größe", "naïve", "Ελλάδα", "Москва"]),
        ("สวัสดีครับ", ["สวัสดี", "ครับ"]), ("", []), ("  \t\n", []), ("!?", []),
    ]) func `are what readers would call words`(text: String, expected: [String]) {
        #expect(words(text) == expected)
        #expect(wordsByICU(text) == expected)
    }

    /// Each scalar that a script may have, between, before and after letters, digits and joints.
    @Test func `of every scalar are those of ICU`() {
        var wrong: [String] = []
        for number in (0..<0x3100 as Range<UInt32>).filter({ $0 < 0xD800 }) {
            guard let scalar = Unicode.Scalar(number) else { continue }
            for (before, after) in [
                ("a", "b"), ("1", "2"), ("", ""), ("a", ""), ("é'", "é"), ("_", "x"),
            ] {
                let text = before + String(scalar) + after
                if words(text) != wordsByICU(text) {
                    wrong.append("U+\(String(number, radix: 16)) \(before)|\(after)")
                }
            }
        }
        #expect(wrong == [])
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)]) func `of random text are those of ICU`(
        seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        let pieces = [
            "a", "B", "é", "ß", "Я", "ω", "1", "2", "_", ".", "'", "’", ",", ";", ":", "-", " ",
            "\n", "\u{301}", "\u{AD}", "\u{200D}",
            "中", "文", "あ", "ア", "한", "ก", "ב", "\"", "“", "·", "👍", "🏽", "\u{a0}", "€",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            #expect(words(text) == wordsByICU(text), "\(text.debugDescription), seed \(seed)")
        }
    }

    /// Whole scalars, their halves, and bytes that are none.
    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `of bytes that are no text lie in them in order`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces: [[UInt8]] =
            ["a", "é", "’", "中", "👍", " ", "\u{301}"].map { Array($0.utf8) }
            + [
                [0xC3], [0xE4, 0xB8], [0xF0, 0x9F], [0x80], [0xFF], [0xC0, 0x80],
                [0xED, 0xA0, 0x80],
            ]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0..<10, using: &random)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            var analyzer = Analyzer(Analysis(language: .english))
            var words: [Range<Int>] = []
            analyzer.forEachWord(in: bytes.span) { words.append($0) }
            var end = 0
            for word in words {
                #expect(word.lowerBound >= end && !word.isEmpty, "\(bytes), seed \(seed)")
                end = word.upperBound
                var term = Array(bytes[word])
                analyzer.reduce(&term)
            }
            #expect(end <= bytes.count, "\(bytes), seed \(seed)")
        }
    }
}
