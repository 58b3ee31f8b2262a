import TestSupport
import Testing
import TextIndex

@Suite struct TextSearchTests {
    typealias Clause = (role: TextSearch.Role, clause: TextClause, boost: Double)

    private static func clause(_ random: inout SplitMix64) -> TextClause {
        func term() -> [UInt8] {
            Array((TextModel.vocabulary.randomElement(using: &random) ?? "").utf8)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .phrase((0..<Int.random(in: 1...3, using: &random)).map { _ in term() })
        case 1: return .prefix(Array(term().prefix(Int.random(in: 1...3, using: &random))))
        case 2 where Bool.random(using: &random): return .term(Array("unknown".utf8))
        default: return .term(term())
        }
    }

    private static func clauses(_ random: inout SplitMix64) -> [Clause] {
        let hasRoles = Bool.random(using: &random)
        return (0..<Int.random(in: 1...5, using: &random)).map { _ in
            let role: TextSearch.Role =
                !hasRoles
                ? .should : [.should, .must, .mustNot].randomElement(using: &random) ?? .should
            return (role, clause(&random), Double(Int.random(in: 1...3, using: &random)))
        }
    }

    /// With few documents, one block of them, and several.
    @Test(arguments: [1, 20, 128, 129, 700, 3_000], [UInt64.random(in: 0..<1 << 32)])
    func `finds what a look at every document finds`(count: Int, seed: UInt64) throws {
        let model = TextModel.random(count: count, seed: seed)
        let index = try model.index()
        #expect(index.statistics == model.statistics)
        var random = SplitMix64(seed: seed &+ 1)
        for _ in 0..<(count > 1_000 ? 25 : 60) {
            let clauses = Self.clauses(&random)
            let bm25 = BM25(
                k1: Double.random(in: 0...2, using: &random),
                b: Double.random(in: 0...1, using: &random)
            )
            let k = Int.random(in: 1...30, using: &random)
            let expected = model.hits(clauses, bm25)
            let found = try index.search(clauses, bm25).best(k)
            if let what = difference(found, expected, k: k) {
                Issue.record("\(what): \(clauses), k \(k), seed \(seed)")
            }
            let step = Int.random(in: 1...7, using: &random)
            let admitted = expected.filter { Int($0.document) % step == 0 }
            let filtered = try index.search(clauses, bm25).best(k) { Int($0) % step == 0 }
            if let what = difference(filtered, admitted, k: k) {
                Issue.record("\(what) of every \(step): \(clauses), k \(k), seed \(seed)")
            }
            let few = stride(from: 0, to: count, by: step).map { UInt32($0) }
            let among = try index.search(clauses, bm25).best(k, among: few)
            #expect(among == filtered, "\(clauses), k \(k), seed \(seed)")
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `finds the same in an index that was merged`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let models = (0..<4).map {
            TextModel.random(count: [0, 1, 300, 900][$0], seed: seed &+ UInt64($0))
        }
        // Which document of which part comes next, or that it is left out.
        var numbers = models.map {
            [UInt32](repeating: TextIndexMerger.Part.leftOut, count: $0.documents.count)
        }
        var merged = TextModel(documents: [])
        var next = models.map { _ in 0 }
        while true {
            let left = models.indices.filter { next[$0] < models[$0].documents.count }
            guard let part = left.randomElement(using: &random) else { break }
            if Int.random(in: 0..<4, using: &random) > 0 {
                numbers[part][next[part]] = UInt32(merged.documents.count)
                merged.documents.append(models[part].documents[next[part]])
            }
            next[part] += 1
        }
        let parts = try models.indices.map {
            TextIndexMerger.Part(try models[$0].index(), numbers: numbers[$0])
        }
        var bytes = TextIndexBytes()
        try TextIndexMerger(parts, kind: .counts, documentCount: merged.documents.count)
            .write(to: &bytes)
        var expected = TextIndexBytes()
        var builder = TextIndexBuilder(Analysis())
        for terms in merged.documents {
            let text = Array(terms.joined(separator: " ").utf8)
            try builder.append(text.span)
        }
        try builder.write(to: &expected)
        for part in TextIndexPart.allCases {
            #expect(bytes.parts[part] == expected.parts[part], "\(part), seed \(seed)")
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `finds sparse vectors by their products`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let vectors: [[UInt32: Float]] = (0..<2_000).map { _ in
            var vector: [UInt32: Float] = [:]
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                vector[UInt32.random(in: 0..<40, using: &random)] = Float.random(
                    in: 0.01..<3,
                    using: &random
                )
            }
            return vector
        }
        var builder = WeightIndexBuilder()
        for vector in vectors { try builder.append(vector.map { ($0.key, $0.value) }) }
        var bytes = TextIndexBytes()
        try builder.write(to: &bytes)
        let index = try InvertedIndex(TextIndexMemory(bytes))
        for _ in 0..<30 {
            var query: [UInt32: Float] = [:]
            for _ in 0..<6 {
                query[UInt32.random(in: 0..<45, using: &random)] = Float.random(
                    in: 0.1..<2,
                    using: &random
                )
            }
            var search = TextSearch()
            for (dimension, weight) in query {
                try search.append(
                    .should,
                    [(index.matches(of: .dimension(dimension)), Double(weight), .product)]
                )
            }
            let expected = vectors.enumerated().compactMap { number, vector -> TextHitModel? in
                let terms = query.compactMap { dimension, weight in
                    vector[dimension].map { Double($0) * Double(weight) }
                }
                return terms.isEmpty
                    ? nil : TextHitModel(document: UInt32(number), score: terms.reduce(0, +))
            }.sorted { $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document }
            if let what = difference(try search.best(15), expected, k: 15) {
                Issue.record("\(what), seed \(seed)")
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, 0, -1]) func `refuses weights that are none`(
        weight: Float
    ) {
        #expect(throws: TextIndexError.self) {
            var builder = WeightIndexBuilder()
            try builder.append([(3, weight)])
        }
    }

    @Test func `refuses two weights of a dimension`() {
        #expect(throws: TextIndexError.repeatedDimension(3)) {
            var builder = WeightIndexBuilder()
            try builder.append([(3, 1), (4, 1), (3, 2)])
        }
    }

    @Test func `finds no words among weights`() throws {
        var builder = WeightIndexBuilder()
        try builder.append([(1, 1)])
        try builder.append([(1, 2), (2, 1)])
        var bytes = TextIndexBytes()
        try builder.write(to: &bytes)
        let index = try InvertedIndex(TextIndexMemory(bytes))
        #expect(try index.matches(of: .prefix([])).documentCount == 0)
        #expect(try index.matches(of: .phrase([[0, 0, 0, 1], [0, 0, 0, 2]])).documentCount == 0)
        #expect(try index.matches(of: .dimension(1)).documentCount == 2)
    }

    /// Under which a greater count or a shorter text would not be better, and bounds would not hold.
    @Test(arguments: [
        (BM25(k1: -1), 1), (BM25(k1: .nan), 1), (BM25(k1: .infinity), 1), (BM25(b: -0.1), 1),
        (BM25(b: 1.1), 1), (BM25(b: .nan), 1), (BM25(), -1), (BM25(), .nan), (BM25(), .infinity),
    ]) func `refuses weightings that no bounds hold for`(bm25: BM25, weight: Double) throws {
        let index = try TextModel(documents: [["a", "b"], ["a"]]).index()
        let matches = try index.matches(of: .term(Array("a".utf8)))
        var search = TextSearch()
        #expect {
            try search.append(.should, [(matches, weight, .bm25(bm25, index.statistics))])
        } throws: {
            guard case .invalidWeighting = $0 as? TextIndexError else { return false }
            return true
        }
    }

    @Test func `takes as many clauses that must be there as it says, and no more`() throws {
        let index = try TextModel(documents: [["a", "b"], ["a"]]).index()
        let clause: Clause = (.must, .term(Array("a".utf8)), 1)
        let most = TextSearch.maximumRequiredCount
        let found = try index.search(Array(repeating: clause, count: most), BM25()).best(3)
        #expect(found.map(\.document) == [1, 0])
        #expect(throws: TextIndexError.self) {
            try index.search(Array(repeating: clause, count: most + 1), BM25()).best(3)
        }
    }
}
