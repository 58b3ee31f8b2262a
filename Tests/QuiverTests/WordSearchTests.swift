import Quiver
import TestSupport
import Testing

/// Searches for words, beside counts made by hand.
@Suite struct WordSearchTests {
    private static let words = [
        "ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay", "kite", "lynx",
    ]

    /// Of the earlier words more than of the later ones.
    private static func text(_ random: inout SplitMix64) -> String {
        (0..<Int.random(in: 1...12, using: &random)).map { _ in
            let place = Int.random(in: 0..<words.count, using: &random)
            return words[Int.random(in: 0...place, using: &random)]
        }.joined(separator: " ")
    }

    private struct Made {
        var store: Store
        var collection: Collection
        var texts: [UInt64: String] = [:]
        var titles: [UInt64: String] = [:]
    }

    /// Documents in segments and the tail, written, replaced, updated and deleted.
    private func made(_ path: String, seed: UInt64, hasTitles: Bool) throws -> Made {
        var random = SplitMix64(seed: seed)
        let store = try Store.create(at: path)
        let title = Field(name: "title", type: .string)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(dimension: 2, metric: .l2, isOptional: true)],
                fields: hasTitles ? [title] : [],
                textFields: hasTitles
                    ? [TextField(), TextField(field: "title", boost: 2)] : [TextField()]
            )
        )
        var made = Made(store: store, collection: collection)
        for _ in 0..<40 {
            var batch = WriteBatch()
            var used: Set<UInt64> = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let key = UInt64.random(in: 0..<150, using: &random)
                guard used.insert(key).inserted else { continue }
                switch Int.random(in: 0..<10, using: &random) {
                case 0:
                    batch.delete(.integer(key))
                    made.texts[key] = nil
                    made.titles[key] = nil
                case 1 where hasTitles && made.texts[key] != nil:
                    let title = Self.text(&random)
                    batch.update(
                        DocumentUpdate(key: .integer(key), fields: ["title": .string(title)])
                    )
                    made.titles[key] = title
                default:
                    let text = Self.text(&random)
                    let title = hasTitles ? Self.text(&random) : ""
                    batch.upsert(
                        Document(
                            key: .integer(key),
                            text: text,
                            fields: hasTitles ? ["title": .string(title)] : [:],
                            vectors: [:]
                        )
                    )
                    made.texts[key] = text
                    made.titles[key] = title
                }
            }
            try collection.write(batch)
            if Int.random(in: 0..<8, using: &random) == 0 { try collection.seal() }
            if Int.random(in: 0..<4, using: &random) == 0 {
                _ = try collection.search(SearchRequest([SearchQuery(words: .init(words: "ant"))]))
            }
        }
        return made
    }

    /// BM25 of one field, as Lucene has it.
    private static func scores(_ texts: [UInt64: String], _ query: [String]) -> [UInt64: Double] {
        let counts = texts.mapValues { $0.split(separator: " ").map(String.init) }
            .filter { !$0.value.isEmpty }
        let mean = Double(counts.values.reduce(0) { $0 + $1.count }) / Double(counts.count)
        var scores: [UInt64: Double] = [:]
        for word in query {
            let matches = counts.filter { $0.value.contains(word) }
            let n = Double(matches.count)
            let idf = (1 + (Double(counts.count) - n + 0.5) / (n + 0.5)).logarithm
            for (key, words) in matches {
                let tf = Double(words.count { $0 == word })
                let length = 1.2 * (0.25 + 0.75 * Double(words.count) / mean)
                scores[key, default: 0] += idf * tf / (tf + length)
            }
        }
        return scores
    }

    @Test(arguments: [false, true], [UInt64.random(in: 0..<1 << 32), 7])
    func `scores are those of BM25 over all that is live`(hasTitles: Bool, seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let made = try made(directory.file("store"), seed: seed, hasTitles: hasTitles)
        try made.collection.seal()
        // Until then the dead count in the statistics.
        try made.collection.compact(CompactionOptions(extent: .everything))
        try made.collection.maintain()
        for query in [["ant"], ["bee", "fox"], ["lynx", "kite", "jay", "lynx"], ["unicorn"]] {
            var expected = Self.scores(made.texts, query)
            if hasTitles {
                for (key, score) in Self.scores(made.titles, query) {
                    expected[key, default: 0] += 2 * score
                }
            }
            let words = TextQuery(words: query.joined(separator: ", "))
            let hits = try made.collection.search(
                SearchRequest([SearchQuery(words: words)], k: 1_000)
            )[0].hits
            #expect(hits.count == expected.count, "\(query), seed \(seed)")
            for (hit, next) in zip(hits, hits.dropFirst()) {
                #expect((next.score, hit.key) <= (hit.score, next.key), "\(query), seed \(seed)")
            }
            for hit in hits {
                guard case .integer(let key) = hit.key, let score = expected[key] else {
                    Issue.record("\(query) finds \(hit.key), seed \(seed)")
                    continue
                }
                #expect(abs(Double(hit.score) - score) < 1e-4, "\(query), \(key), seed \(seed)")
                #expect(hit.row == nil)
            }
            let few = try made.collection.search(SearchRequest([SearchQuery(words: words)], k: 3))
            #expect(few[0].hits == Array(hits.prefix(3)), "\(query), seed \(seed)")
        }
    }

    @Test(arguments: [false, true], [UInt64.random(in: 0..<1 << 32), 11])
    func `finds what is live, whatever has happened to it`(hasTitles: Bool, seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let made = try made(path, seed: seed, hasTitles: hasTitles)
        func check(_ collection: Collection, _ state: String) throws {
            for (one, other) in zip(Self.words, Self.words.dropFirst()) {
                func has(_ key: UInt64, _ word: String) -> Bool {
                    [made.texts[key], made.titles[key]].contains {
                        $0?.split(separator: " ").contains { $0 == word } ?? false
                    }
                }
                for (text, isFound) in [
                    ("+\(one) \(other)", { has($0, one) }),
                    ("\(one) \(other)", { has($0, one) || has($0, other) }),
                    ("+\(one) +\(other)", { has($0, one) && has($0, other) }),
                    ("\(one) -\(other)", { has($0, one) && !has($0, other) }),
                    ("\(one.prefix(2))*", { has($0, one) }),
                ] as [(String, (UInt64) -> Bool)] {
                    let query = try TextQuery(parsing: text)
                    let hits = try collection.search(
                        SearchRequest([SearchQuery(words: query)], k: 1_000)
                    )[0].hits
                    let expected = Set(made.texts.keys.filter(isFound).map { Key.integer($0) })
                    #expect(
                        Set(hits.map(\.key)) == expected,
                        "\(text), \(state), seed \(seed)"
                    )
                }
            }
        }
        try check(made.collection, "as it is")
        try made.collection.seal()
        try check(made.collection, "sealed")
        try made.collection.compact(CompactionOptions(extent: .worthwhile))
        try check(made.collection, "compacted")
        made.store.close()
        let reopened = try Store.open(at: path).collection("c")
        try check(reopened, "opened anew")
        try reopened.compact(CompactionOptions(extent: .everything))
        try check(reopened, "compacted anew")
    }

    @Test func `a text field that comes later is analysed, and built by maintenance`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        try collection.upsert([
            Document(key: 1, text: "Running dogs", vector: [1, 0]),
            Document(key: 2, text: "The dog ran", vector: [0, 1]),
        ])
        try collection.seal()
        func found(_ words: String) throws -> [Key] {
            try collection.search(SearchRequest([SearchQuery(words: .init(words: words))]))[0]
                .hits.map(\.key).sorted()
        }
        #expect(try found("dog") == [2])
        let before = try collection.statistics().byteCounts.textIndexes
        #expect(before > 0)
        try collection.alter([.setTextFields([TextField(language: .english)])])
        #expect(try found("dog") == [1, 2])
        #expect(try found("run") == [1])
        #expect(try collection.statistics().byteCounts.textIndexes == 0)
        try collection.maintain()
        #expect(try collection.statistics().byteCounts.textIndexes > 0)
        #expect(try found("dogs") == [1, 2])
        try collection.alter([.setTextFields([])])
        #expect(try found("dogs") == [])
        #expect(throws: StoreError.self) {
            try collection.alter([.setTextFields([TextField(field: "title")])])
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `a scope holds of words, too`(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let made = try made(directory.file("store"), seed: seed, hasTitles: true)
        let words = TextQuery(words: "ant bee cat")
        var request = SearchRequest([SearchQuery(words: words)], k: 1_000, contents: .fields)
        let all = try made.collection.search(request)[0].hits
        request.scope.filter = .hasPrefix(field: "title", "a")
        let filtered = try made.collection.search(request)[0].hits
        #expect(
            filtered
                == all.filter {
                    guard case .string(let title) = $0.fields["title"] else { return false }
                    return title.hasPrefix("a")
                },
            "seed \(seed)"
        )
        request.scope = SearchScope(keys: [3, 5, 7, 11, 13], excludedKeys: [5])
        let few = try made.collection.search(request)[0].hits
        #expect(few == all.filter { [3, 7, 11, 13].contains($0.key) }, "seed \(seed)")
    }

    @Test func `what is no query is refused`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        func search(_ query: WordQuery) throws {
            _ = try collection.search(SearchRequest([SearchQuery([.words(query)])]))
        }
        #expect(throws: StoreError.self) {
            try search(WordQuery(.init(words: "a"), bm25: BM25(k1: -1)))
        }
        #expect(throws: StoreError.self) {
            try search(WordQuery(.init([.init("a", field: "title")])))
        }
        #expect(throws: StoreError.self) {
            try search(WordQuery(.init([.init("a", boost: -.infinity)])))
        }
        #expect(throws: StoreError.self) {
            try search(WordQuery(.init([.init("a", boost: 1e60)])))
        }
        #expect(throws: StoreError.self) {
            try collection.alter([.setTextFields([TextField(boost: 1e60)])])
        }
        #expect(throws: StoreError.self) {
            try search(WordQuery(.init((0..<64).map { .init("w\($0)", role: .must) })))
        }
        #expect(throws: StoreError.self) { _ = try collection.search(SearchRequest([.init([])])) }
        try search(WordQuery(.init(words: "…")))
        try search(WordQuery(.init([.init("a", field: "text")])))
    }
}

extension Double {
    /// Natural.
    fileprivate var logarithm: Double {
        // By the series of the inverse hyperbolic tangent, so that nothing but the standard library is needed.
        let ratio = (significand - 1) / (significand + 1)
        var sum = 0.0
        var power = ratio
        for term in stride(from: 1.0, to: 60, by: 2) {
            sum += power / term
            power *= ratio * ratio
        }
        return 2 * sum + Double(exponent) * 0.693147180559945309417
    }
}
