import CICU
import TestSupport
import Testing
import TextIndex

@Suite struct WordTests {
    /// Words as ICU finds them in the whole text.
    private func wordsByICU(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        guard let icu = cicu_words_new() else { return [] }
        defer { cicu_words_free(icu) }
        return bytes.withUnsafeBufferPointer { buffer in
            guard cicu_words_set(icu, buffer.baseAddress, Int64(buffer.count)) != 0 else {
                return []
            }
            var words: [String] = []
            var start = 0
            var isWord: Int32 = 0
            while true {
                let end = Int(cicu_words_next(icu, &isWord))
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
}
