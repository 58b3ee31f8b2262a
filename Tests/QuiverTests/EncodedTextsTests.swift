import Quiver
import Testing

@Suite struct `Encoded texts` {
    @Test func `give each text its rows and their columns`() throws {
        let encoded = try EncodedTexts(
            rows: [1, 2, 3, 4, 5, 6],
            dimension: 2,
            rowCounts: [2, 0, 1],
            columns: ["n": .int8([7, 8, 9]), "x": .float32([0, 0.5, 1])],
            tokenCounts: [4, 2, 3]
        )
        #expect(encoded.textCount == 3 && encoded.rowCount == 3)
        #expect((0..<3).map { Array(encoded.rows(of: $0)) } == [[1, 2, 3, 4], [], [5, 6]])
        #expect(encoded.columns(of: 0)["n"] == .int8([7, 8]))
        #expect(encoded.columns(of: 1)["n"] == .int8([]))
        #expect(encoded.columns(of: 2)["x"] == .float32([1]))
    }

    @Test func `have a row each unless counts say otherwise`() throws {
        let encoded = try EncodedTexts(rows: [1, 2], dimension: 1, tokenCounts: [3, 3])
        #expect((0..<2).map { encoded.rowRange(of: $0) } == [0..<1, 1..<2])
    }

    @Test func `whose parts do not fit each other are refused`() {
        #expect(throws: EncodedTextsError.numberCount(expected: 4, found: 3)) {
            try EncodedTexts(rows: [1, 2, 3], dimension: 2, tokenCounts: [1, 1])
        }
        #expect(throws: EncodedTextsError.textCount(expected: 1, found: 2)) {
            try EncodedTexts(rows: [1, 2], dimension: 1, rowCounts: [1, 1], tokenCounts: [1])
        }
        #expect(throws: EncodedTextsError.columnCount("n", expected: 1, found: 2)) {
            try EncodedTexts(
                rows: [1],
                dimension: 1,
                columns: ["n": .int64([1, 2])],
                tokenCounts: [1]
            )
        }
    }

    @Test func `have another identity once they are cut`() {
        let identity = EncoderIdentity(hash: String(repeating: "a", count: 32))
        #expect(identity.cut(to: nil, of: 8) == identity && identity.cut(to: 8, of: 8) == identity)
        let cut = identity.cut(to: 4, of: 8)
        #expect(cut != identity && cut != identity.cut(to: 5, of: 8) && cut.hash.count == 32)
    }
}

@Suite struct `Sentences of a text` {
    @Test func `tile it`() {
        let text = "Dr. Größe left. Ask\u{2028}me."
        #expect(sentences(text) == [0..<18, 18..<24, 24..<27])
        #expect(sentences("").isEmpty)
        #expect(sentences("a\nb", SentenceOptions(hasWrappedLines: true)) == [0..<3])
    }
}
