import CICU
import Foundation
import TestSupport
import Testing
import TextIndex

@Suite struct SentenceTests {
    private func ranges(
        _ text: String,
        _ options: SentenceSegmenter.Options = SentenceSegmenter.Options()
    ) -> [Range<Int>] {
        var segmenter = SentenceSegmenter(options)
        var ranges: [Range<Int>] = []
        segmenter.forEachSentence(in: Array(text.utf8).span) { ranges.append($0) }
        return ranges
    }

    private func sentences(
        _ text: String,
        _ options: SentenceSegmenter.Options = SentenceSegmenter.Options()
    ) -> [String] {
        let bytes = Array(text.utf8)
        return ranges(text, options).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// Ranges that tile `bytes`, at scalars' borders, and begin with no white space but the first.
    private func expectTiles(_ ranges: [Range<Int>], _ text: String, _ comment: Comment) {
        let bytes = Array(text.utf8)
        var end = 0
        for range in ranges {
            guard range.lowerBound == end, !range.isEmpty, range.upperBound <= bytes.count else {
                Issue.record("\(range) behind \(end) of \(bytes.count): \(comment)")
                return
            }
            end = range.upperBound
            let isBorder = end == bytes.count || bytes[end] & 0xC0 != 0x80
            #expect(isBorder, comment)
            let first = String(decoding: bytes[range], as: UTF8.self).unicodeScalars.first
            if range.lowerBound > 0 {
                #expect(first?.properties.isWhitespace == false, comment)
            }
        }
        #expect(end == bytes.count, comment)
    }

    @Test(arguments: [
        ["Dr. Smith met Mr. Brown, e.g. Tom. ", "He left."],
        ["J. R. R. Tolkien wrote it. ", "So did William I. Robinson."],
        ["So am I. ", "Nobody else is."], ["Plan B. ", "We go."],
        ["He lives in the U.S. ", "It is large. ", "The U.S. Government is there."],
        [
            "Version 1.2.3 costs 3.50 dollars. ", "See Fig. 3. ", "No. 5 is red. ", "I say no. ",
            "He agrees.",
        ],
        ["At 5 p.m. ", "The shop of Acme Inc. closes."],
        ["Dr.  Smith read an E-book. ", "The EBOOK. ", "Then."],
        [
            "\"Stop!\" he said. ", "\"Go.\" ", "(It is so.) ", "Yes... ",
            "And so on, etc. and so forth.",
        ],
        ["1. First item. ", "2. Second item.\n", "A. Third. ", "B. Fourth."],
        ["What?! ", "No way!!! ", "“Fine.” ", "‘Good.’ ", "End"],
        ["It ends here.[1] "], ["日本。", "東京？", "はい！", "行く"], ["Это А. С. Пушкин. ", "Он поэт."],
        ["यह एक वाक्य है। ", "यह दूसरा है।"],
        ["  Leading. \n\n", "Next paragraph\r\n", "Dr.\n", "Smith\u{2029}", "x"],
        [" \n\t "], ["a"], ["..."], ["e.g."], ["Dr. "], ["👍🏽! ", "🇩🇪."],
        ["Hello\u{a0}there.\u{3000}", "Next."],
    ]) func `are what readers would call sentences`(expected: [String]) {
        #expect(sentences(expected.joined()) == expected)
    }

    @Test func `of the empty text there are none`() {
        #expect(ranges("").isEmpty)
    }

    @Test(arguments: [
        ("de", ["Er kam ggf. Montag. ", "Sie ging."]), ("fr", ["Voir doc. Annexe. ", "Fin."]),
        ("ru", ["На ул. Ленина. ", "Да."]),
    ]) func `of a language know its abbreviations`(language: String, expected: [String]) {
        #expect(
            sentences(expected.joined(), SentenceSegmenter.Options(language: language)) == expected
        )
        #expect(sentences(expected.joined()).count > expected.count)
        #expect(
            sentences("A b. C d.", SentenceSegmenter.Options(language: "no-such")) == [
                "A b. ", "C d.",
            ]
        )
    }

    @Test func `of wrapped lines go on behind a line's end`() {
        let text =
            "The first sentence is\nlong. The second\r\none, too.\n\nA heading\n \t\n"
            + " * an item that\n   is wrapped\n * another. One\n1. more\n"
        #expect(
            sentences(text, SentenceSegmenter.Options(hasWrappedLines: true)) == [
                "The first sentence is\nlong. ", "The second\r\none, too.\n\n",
                "A heading\n \t\n ", "* an item that\n   is wrapped\n ", "* another. ", "One\n",
                "1. more\n",
            ]
        )
        #expect(sentences("a\nb", SentenceSegmenter.Options()) == ["a\n", "b"])
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32), 1])
    func `tile any text, and end only where Unicode's rules end one`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces = [
            "a", "B", "Dr", "e.g", "I", "é", "Я", "1", ".", ".", ". ", "!", "?", "…", " ", "  ",
            "\n", "\r\n",
            "\r", "\u{85}", "\u{2028}", "\u{2029}", "\t", "\u{a0}", "\u{3000}", "\"", "”", "(", ")",
            "[", "'", ",",
            "中", "。", "！", "한", "ก", "ב", "\u{301}", "\u{200D}", "\u{AD}", "\u{0}", "\u{FFFD}",
            "\u{FEFF}",
            "👍", "🏽", "🇩🇪", "👨‍👩‍👧", "\u{10FFFF}", "\u{D7FF}", "\u{E000}", "*", "- ", "The", "A. ",
        ]
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 0..<24, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            let comment: Comment = "\(text.debugDescription), seed \(seed)"
            let plain = ranges(text)
            expectTiles(plain, text, comment)
            let boundaries = boundariesByICU(text)
            for range in plain {
                // Behind white space that ICU may leave to the next sentence.
                let body = Array(text.utf8)[range]
                let isKnown = (range.lowerBound...range.upperBound).contains {
                    boundaries.contains($0)
                        && String(decoding: body[$0...], as: UTF8.self).unicodeScalars.allSatisfy {
                            $0.properties.isWhitespace
                        }
                }
                #expect(isKnown, comment)
            }
            let wrapped = SentenceSegmenter.Options(language: "de", hasWrappedLines: true)
            expectTiles(ranges(text, wrapped), text, comment)
        }
    }

    private func boundariesByICU(_ text: String) -> Set<Int> {
        let bytes = Array(text.utf8)
        guard let icu = cicu_breaks_new(cicu_sentences) else { return [] }
        defer { cicu_breaks_free(icu) }
        return bytes.withUnsafeBufferPointer { buffer in
            var boundaries: Set = [bytes.count]
            guard cicu_breaks_set(icu, buffer.baseAddress, Int64(buffer.count)) != 0 else {
                return boundaries
            }
            while case let end = cicu_breaks_next(icu, nil), end >= 0 {
                boundaries.insert(Int(end))
            }
            return boundaries
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `tile bytes that are no text`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pieces: [[UInt8]] =
            ["a", "é", "。", "👍", ". ", "Dr.", "\n", "\u{301}"].map { Array($0.utf8) }
            + [
                [0xC3], [0xE4, 0xB8], [0xF0, 0x9F], [0x80], [0xFF], [0xC0, 0x80],
                [0xED, 0xA0, 0x80],
            ]
        var segmenter = SentenceSegmenter()
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0..<10, using: &random)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            var end = 0
            segmenter.forEachSentence(in: bytes.span) {
                #expect($0.lowerBound == end && !$0.isEmpty, "\(bytes), seed \(seed)")
                end = $0.upperBound
            }
            #expect(end == bytes.count, "\(bytes), seed \(seed)")
        }
    }

    /// Each would take minutes if anything looked further than it may.
    @Test(
        .timeLimit(.minutes(minutesUntilHung)),
        arguments: [
            "a", "a ", " ", "\n", ".", ". ", ") ", "\"", "Dr. ", "A. ", "1 . ", "e.g.", "中",
            "\u{301}", "\r\n\t", "?!\")",
        ]
    ) func `of a megabyte of one piece are found in linear time`(piece: String) {
        let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
        for options in [
            SentenceSegmenter.Options(),
            SentenceSegmenter.Options(language: "de", hasWrappedLines: true),
        ] {
            expectTiles(ranges(text, options), text, "\(piece)")
        }
        let mixed = "Dr. " + text + " A. " + text + "."
        expectTiles(ranges(mixed), mixed, "\(piece)")
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/wordnet/data.noun")))
    func `of WordNet's definitions are whole examples`() throws {
        let text = try String(contentsOfFile: "/usr/share/wordnet/data.noun", encoding: .utf8)
        let glosses = text.split(separator: "\n").compactMap { line in
            line.firstRange(of: "| ").map { String(line[$0.upperBound...]) }
        }
        #expect(glosses.count > 80_000)
        var segmenter = SentenceSegmenter()
        var count = 0
        for gloss in glosses {
            var end = 0
            segmenter.forEachSentence(in: gloss.utf8.span) {
                #expect($0.lowerBound == end)
                end = $0.upperBound
                count += 1
            }
            #expect(end == gloss.utf8.count)
        }
        // Nearly all definitions are one phrase: more sentences would be abbreviations taken for their ends.
        #expect(count < glosses.count * 103 / 100, "\(count) sentences of \(glosses.count) glosses")
        #expect(
            sentences("a unit of 1/1000 (e.g. of Dr. Gray); \"he said. Then he left\"")
                == ["a unit of 1/1000 (e.g. of Dr. Gray); \"he said. ", "Then he left\""]
        )
    }
}
