import TestSupport
import Testing
import Tokenizers

@Suite(.enabled(if: FetchedData.mayTest(FetchedData.miniLM), "\(FetchedData.missing)"))
struct `Places of tokens` {
    private func words(_ text: String, maximumTokenCount: Int? = nil) throws -> [String] {
        let bytes = Array(text.utf8)
        return try References.realTokenizer()
            .tokens(of: text, maximumTokenCount: maximumTokenCount)
            .map { String(decoding: bytes[$0.byteRange], as: UTF8.self) }
    }

    @Test(arguments: [
        ("Hello, World!", ["", "Hello", ",", "World", "!", ""]),
        (
            "  Unbelievably  naïve cafe\u{301} ",
            ["", "Un", "bel", "ie", "va", "bly", "naïve", "cafe\u{301}", ""]
        ),
        ("日本x\u{0}y", ["", "日", "本", "x", "y", ""]), ("", ["", ""]), (" \t\n", ["", ""]),
        ("a [SEP] b[MASK]c", ["", "a", "[SEP]", "b", "[MASK]", "c", ""]),
        ("한국 İstanbul", ["", "한국", "한국", "한국", "한국", "한국", "İstanbul", ""]),
    ]) func `are where a reader would look`(text: String, expected: [String]) throws {
        let found = try words(text)
        // What a tokenizer makes of Hangul is pieces of the syllables that the places are whole ones of.
        if text.hasPrefix("한") {
            #expect(found.first == "" && found.last == "")
            #expect(found.dropFirst().dropLast().allSatisfy { text.contains($0) && !$0.isEmpty })
        } else {
            #expect(found == expected)
        }
    }

    @Test(arguments: [("bert-tokens.jsonl", 1), ("bert-random.jsonl", 1)])
    func `go with the same ids, in order, on scalars' borders`(file: String, step: Int) throws {
        let tokenizer = try References.realTokenizer()
        for line in try References.lines(of: file) {
            let text = try #require(line["text"]?.string)
            try expectSound(text, tokenizer)
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `of random texts are sound`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let tokenizer = try References.realTokenizer()
        let pieces = [
            "a", "B", "é", "e\u{301}", "\u{301}", "\u{344}", "\u{F73}", "\u{302E}", "\u{5B0}",
            "\u{0}", "\u{200D}",
            "\u{AD}", "\u{FFFD}", "中", "한", "\u{1100}\u{1161}", "İ", "ß", " ", "\n", ".", "'",
            "[SEP]", "[CLS]",
            "👍🏽", "\u{10FFFF}", "word", "unbelievable", "\u{a0}", "\u{3000}", "ﬁ",
        ]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            try expectSound(text, tokenizer, "\(text.debugDescription), seed \(seed)")
        }
    }

    private func expectSound(
        _ text: String,
        _ tokenizer: Tokenizer,
        _ comment: Comment = ""
    ) throws {
        let bytes = Array(text.utf8)
        for limit in [nil, 5] {
            let tokens = try tokenizer.tokens(of: text, maximumTokenCount: limit)
            #expect(
                try tokens.map(\.id) == tokenizer.encode(text, maximumTokenCount: limit),
                comment
            )
            var start = 0
            for token in tokens {
                let range = token.byteRange
                #expect(range.lowerBound >= start && range.upperBound <= bytes.count, comment)
                for border in [range.lowerBound, range.upperBound] {
                    #expect(border == bytes.count || bytes[border] & 0xC0 != 0x80, comment)
                }
                start = range.lowerBound
            }
            let inner = tokens.dropFirst().dropLast()
            #expect(inner.allSatisfy { !$0.byteRange.isEmpty }, comment)
        }
    }

    @Test func `of a megabyte are found in linear time`() throws {
        let tokenizer = try References.realTokenizer()
        for piece in ["a", "\u{301}", "\u{0}", "中", "word \u{0}", "e\u{301}\u{0}\u{302} "] {
            let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
            try expectSound(text, tokenizer, "\(piece.debugDescription)")
        }
    }
}
