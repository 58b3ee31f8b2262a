import TestSupport
import Testing
import TextIndex

/// The parts of an index, each byte of which may be anything.
private struct AlteredBytes: TextIndexOutput {
    var parts: [TextIndexPart: [UInt8]] = [:]

    mutating func append(_ bytes: [UInt8], to part: TextIndexPart) {
        parts[part, default: []] += bytes
    }

    /// The index of these bytes.
    func index() throws -> InvertedIndex {
        var bytes = TextIndexBytes()
        for (part, own) in parts { bytes.append(own, to: part) }
        return try InvertedIndex(TextIndexMemory(bytes))
    }
}

@Suite struct AlteredIndexTests {
    /// Everything that reads an index, whatever comes of it.
    private func readAll(_ index: InvertedIndex) throws {
        for clause: TextClause in [
            .term(Array("the".utf8)), .prefix(Array("c".utf8)), .prefix([]),
            .phrase([Array("of".utf8), Array("the".utf8)]),
        ] {
            _ = try index.search(
                [(.should, clause, 1), (.should, .term(Array("zebra".utf8)), 1)],
                BM25()
            )
            .best(10)
            _ = try index.search(
                [(.must, clause, 1), (.mustNot, .term(Array("dog".utf8)), 1)],
                BM25()
            )
            .best(10)
        }
        var bytes = TextIndexBytes()
        let numbers = (0..<index.documentCount).map { UInt32($0) }
        try TextIndexMerger(
            [.init(index, numbers: numbers)],
            kind: .counts,
            documentCount: numbers.count
        )
        .write(to: &bytes)
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `are read without harm`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var sound = AlteredBytes()
        var builder = TextIndexBuilder(Analysis())
        for terms in TextModel.random(count: 300, seed: seed).documents {
            let text = Array(terms.joined(separator: " ").utf8)
            try builder.append(text.span)
        }
        try builder.write(to: &sound)
        try readAll(try sound.index())
        var failureCount = 0
        for _ in 0..<1_000 {
            var altered = sound
            let part = TextIndexPart.allCases.randomElement(using: &random) ?? .terms
            let count = altered.parts[part]?.count ?? 0
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place =
                    Bool.random(using: &random)
                    ? Int.random(in: 0..<count, using: &random)
                    : max(0, count - Int.random(in: 1...60, using: &random))
                altered.parts[part]?[place] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<10, using: &random) == 0 {
                altered.parts[part]?.removeLast(Int.random(in: 1...count, using: &random))
            }
            do {
                try readAll(try altered.index())
            } catch {
                #expect(error is TextIndexError)
                failureCount += 1
            }
        }
        #expect(failureCount > 50, "seed \(seed)")
    }
}
