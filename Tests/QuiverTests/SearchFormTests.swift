import Quiver
import TestSupport
import Testing

/// Every form of a search beside the same thing done by hand.
@Suite struct SearchFormTests {
    private struct Entry {
        let key: Key
        let text: String
        let color: String?
        let rows: [[Float]]
        let positions: [Int32]
    }

    private static let colors = ["red", "green", "blue"]

    private func entries(_ count: Int, _ random: inout SplitMix64) -> [Entry] {
        (0..<count).map { number in
            let rowCount = Int.random(in: 1...3, using: &random)
            return Entry(
                key: .integer(UInt64(number)),
                text: ["sun", "moon", "star"].filter { _ in Bool.random(using: &random) }
                    .joined(separator: " "),
                color: Int.random(in: 0..<8, using: &random) == 0
                    ? nil : Self.colors.randomElement(using: &random),
                rows: (0..<rowCount).map { _ in
                    (0..<4).map { _ in Float.random(in: -1...1, using: &random) }
                },
                positions: (0..<rowCount).map { Int32($0) }
            )
        }
    }

    private func collection(
        _ path: String,
        _ entries: [Entry],
        metric: Metric = .cosine,
        sealing: Bool = true
    ) throws -> Collection {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(
                        name: "v",
                        dimension: 4,
                        metric: metric,
                        index: .graph,
                        rowColumns: [RowColumn(name: "position", type: .int32)]
                    )
                ],
                fields: [Field(name: "color", type: .string)]
            )
        )
        for (number, portion) in stride(from: 0, to: entries.count, by: 100).enumerated() {
            var documents: [Document] = []
            for entry in entries[portion..<min(entries.count, portion + 100)] {
                var document = Document(
                    key: entry.key,
                    text: entry.text,
                    fields: [:],
                    vectors: ["v": entry.rows.flatMap { $0 }]
                )
                if let color = entry.color { document.fields["color"] = .string(color) }
                document.columns["v"] = ["position": RowColumnValues.int32(entry.positions)]
                documents.append(document)
            }
            try collection.upsert(documents)
            if sealing, number == 1 { try collection.seal() }
        }
        if sealing { try collection.maintain() }
        return collection
    }

    private static func cosine(_ one: [Float], _ other: [Float]) -> Float {
        func dot(_ one: [Float], _ other: [Float]) -> Double {
            zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return Float(dot(one, other) / (dot(one, one) * dot(other, other)).squareRoot())
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32), 3])
    func `pages neither repeat a hit nor miss one`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(400, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        let query: [Float] = [0.3, -0.2, 0.9, 0.1]
        for mode in [SearchRequest.Mode.automatic, .exact] {
            var seen: Set<String> = []
            var scores: [Float] = []
            var request = SearchRequest(queries: [query], k: 17, mode: mode)
            while true {
                let hits = try snapshot.search(request)[0].hits
                for hit in hits {
                    #expect(seen.insert("\(hit.key)/\(hit.row ?? -1)").inserted, "seed \(seed)")
                }
                scores += hits.map(\.score)
                if hits.count < request.k { break }
                request.offset += request.k
            }
            #expect(seen.count == entries.reduce(0) { $0 + $1.rows.count }, "seed \(seed)")
            if mode == .exact { #expect(scores == scores.sorted(by: >), "seed \(seed)") }
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)], [SearchRequest.Mode.automatic, .exact])
    func `a range has all within a score`(seed: UInt64, mode: SearchRequest.Mode) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(300, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        let query: [Float] = [0.3, -0.2, 0.9, 0.1]
        for bound in [Float(0.9), 0.5, -2, 2] {
            var request = SearchRequest(queries: [query], k: .max, mode: mode)
            request.within = bound
            let hits = try snapshot.search(request)[0].hits
            #expect(hits.allSatisfy { $0.score >= bound })
            let expected = entries.flatMap(\.rows).count { Self.cosine($0, query) >= bound }
            #expect(abs(hits.count - expected) <= 1, "\(bound), seed \(seed)")
            request.k = 5
            #expect(try snapshot.search(request)[0].hits.count == min(5, hits.count))
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `groups have the best of each`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(300, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        let query: [Float] = [0.3, -0.2, 0.9, 0.1]
        let all = try snapshot.search(
            SearchRequest(queries: [query], k: 10_000, mode: .exact, contents: .fields)
        )[0].hits
        var request = SearchRequest(queries: [query], k: 10, mode: .exact, contents: .fields)
        request.grouping = Grouping(by: .field("color"), count: 3)
        let hits = try snapshot.search(request)[0].hits
        var order: [FieldValue?] = []
        for hit in all where !order.contains(hit.fields["color"]) {
            order.append(hit.fields["color"])
        }
        let expected = order.flatMap { color in
            all.filter { $0.fields["color"] == color }.prefix(3)
        }
        #expect(hits.map(\.key) == expected.map(\.key), "seed \(seed)")
        #expect(hits.map(\.score) == expected.map(\.score), "seed \(seed)")
        #expect(hits.allSatisfy { $0.group == $0.fields["color"] })
        request.k = 1
        request.offset = 1
        #expect(
            try snapshot.search(request)[0].hits.map(\.key)
                == all.filter { $0.fields["color"] == order[1] }.prefix(3).map(\.key)
        )
        request.offset = 0
        request.k = 20
        request.grouping = Grouping(by: .document)
        let distinct = try snapshot.search(request)[0].hits
        var keys: [Key] = []
        for hit in all where !keys.contains(hit.key) { keys.append(hit.key) }
        #expect(distinct.map(\.key) == Array(keys.prefix(20)), "seed \(seed)")
        request.grouping = Grouping(by: .field("size"))
        #expect(throws: StoreError.unknownField("size", collection: "c")) {
            try snapshot.search(request)
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)], [true, false])
    func `late interaction is the sum over the best rows`(seed: UInt64, sealing: Bool) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(250, &random)
        let snapshot = try collection(
            directory.file("store"),
            entries,
            sealing: sealing
        ).snapshot()
        let tokens = (0..<11).map { _ in
            (0..<4).map { _ in Float.random(in: -1...1, using: &random) }
        }
        let expected = entries.map { entry in
            (
                entry.key,
                tokens.reduce(0.0) { sum, token in
                    sum + Double(entry.rows.map { Self.cosine($0, token) }.max() ?? 0)
                }
            )
        }.sorted { $0.1 > $1.1 }
        let query = SearchQuery([.vectors(VectorQuery(.vectors(tokens), combination: .maxSim))])
        for mode in [SearchRequest.Mode.exact, .automatic] {
            var request = SearchRequest([query], k: 10)
            request.mode = mode
            request.candidateCount = 400
            let hits = try snapshot.search(request)[0].hits
            #expect(hits.count == 10)
            for (hit, (_, score)) in zip(hits, expected) {
                #expect(abs(Double(hit.score) - score) < 1e-4, "seed \(seed)")
                #expect(hit.row == nil)
            }
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `several vectors, examples and documents are looked for`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(200, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        func keys(_ query: VectorQuery, k: Int = 12) throws -> [Key] {
            var request = SearchRequest([SearchQuery([.vectors(query)])], k: k)
            request.mode = .exact
            return try snapshot.search(request)[0].hits.map(\.key)
        }
        let (one, other) = ([Float](arrayLiteral: 1, 0, 0, 0), [Float](arrayLiteral: 0, 1, 0, 0))
        let rows = entries.flatMap { entry in entry.rows.map { (entry.key, $0) } }
        let near = rows.map { ($0.0, max(Self.cosine($0.1, one), Self.cosine($0.1, other))) }
            .sorted { $0.1 > $1.1 }
        #expect(
            try keys(.init(.vectors([one, other]))) == near.prefix(12).map(\.0),
            "seed \(seed)"
        )
        #expect(
            try keys(.init(.vectors([one, other.map { 5 * $0 }]), combination: .mean))
                == keys(.init(.vectors([[1, 1, 0, 0]]))),
            "seed \(seed)"
        )
        let like = try keys(.init(.document(7)), k: 1_000)
        #expect(!like.contains(7) && Set(like).count == entries.count - 1)
        let best = rows.filter { $0.0 != 7 }.max { first, second in
            func score(_ row: [Float]) -> Float {
                entries[7].rows.map { Self.cosine($0, row) }.max() ?? 0
            }
            return score(first.1) < score(second.1)
        }
        #expect(like.first == best?.0, "seed \(seed)")
        let unlike = try keys(
            .init(.examples(positive: [.vector(one)], negative: [.vector(other)]))
        )
        #expect(try unlike == keys(.init(.vectors([[2, -1, 0, 0]]))), "seed \(seed)")
        #expect(throws: StoreError.unknownKey("no")) { try keys(.init(.document("no"))) }
        #expect(throws: StoreError.self) {
            try keys(.init(.examples(positive: [], negative: [.vector(one)])))
        }
        #expect(throws: StoreError.self) { try keys(.init(.vectors([]))) }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `rows are chosen by number, range and column`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(250, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        let rowCount = try snapshot.rowCount()
        #expect(rowCount == entries.reduce(0) { $0 + $1.rows.count })
        var request = SearchRequest(queries: [[1, 1, 1, 1]], k: 10_000, contents: .columns)
        let all = try snapshot.search(request)[0].hits
        request.scope.rowFilter = .comparison(field: "position", .greaterOrEqual, .int64(1))
        #expect(try snapshot.search(request)[0].hits == all.filter { ($0.row ?? 0) >= 1 })
        request.scope.rowFilter = .not(
            .isIn(field: "position", [.int64(0), .double(2), .double(1.5)])
        )
        #expect(try snapshot.search(request)[0].hits == all.filter { $0.row == 1 })
        request.scope.rowFilter = .comparison(field: "place", .less, .int64(1))
        #expect(throws: StoreError.unknownRowColumn("place", field: "v")) {
            try snapshot.search(request)
        }
        request.scope = SearchScope()
        var chosen = RowSet()
        var ranges: [Range<Int>] = []
        var expected: Set<String> = []
        for entry in entries where Int.random(in: 0..<4, using: &random) == 0 {
            let numbers = try #require(try snapshot.rowNumbers(of: entry.key))
            #expect(numbers.count == entry.rows.count)
            for number in numbers { chosen.insert(UInt32(number)) }
            ranges.append(numbers)
            for row in entry.rows.indices { expected.insert("\(entry.key)/\(row)") }
        }
        request.scope.rows = chosen
        let found = try snapshot.search(request)[0].hits
        #expect(Set(found.map { "\($0.key)/\($0.row ?? -1)" }) == expected, "seed \(seed)")
        request.scope = SearchScope(rowRanges: ranges)
        #expect(try snapshot.search(request)[0].hits == found, "seed \(seed)")
        // A query's own scope is added to the request's.
        request.scope = SearchScope(keys: Set(entries[..<50].map(\.key)))
        request.queries[0].scope = SearchScope(keys: Set(entries[40..<90].map(\.key)))
        #expect(
            Set(try snapshot.search(request)[0].hits.map(\.key))
                == Set(entries[40..<50].map(\.key))
        )
        #expect(try snapshot.rowNumbers(of: "none") == nil)
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `lists are fused by rank, by score and by a function`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(250, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        func result(_ fusion: Fusion) throws -> SearchResult {
            let query = SearchQuery(
                [
                    .vectors(VectorQuery(.vectors([[0.2, 1, 0.4, -0.1]]))),
                    .words(WordQuery(.init(words: "moon star"))),
                ],
                fusion: fusion
            )
            var request = SearchRequest([query], k: 30)
            request.candidateCount = 60
            request.returnsLists = true
            request.mode = .exact
            return try snapshot.search(request)[0]
        }
        func expected(_ result: SearchResult, _ score: ([RankedPlace?]) -> Double) -> [Key] {
            var places: [Key: [RankedPlace?]] = [:]
            for (source, list) in result.lists.enumerated() {
                var rank = 0
                for hit in list {
                    if places[hit.key]?[source] != nil { continue }
                    rank += 1
                    places[hit.key, default: [nil, nil]][source] = RankedPlace(
                        rank: rank,
                        score: hit.score
                    )
                }
            }
            return places.map { ($0.key, Float(score($0.value))) }
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(30).map(\.0)
        }
        let byRank = try result(.reciprocalRank(constant: 20, weights: [1, 0.5]))
        #expect(byRank.lists.map(\.count) == [60, 60])
        #expect(byRank.lists[0].allSatisfy { $0.row != nil })
        #expect(
            byRank.hits.map(\.key)
                == expected(byRank) { places in
                    zip(places, [1, 0.5]).reduce(0) { sum, place in
                        sum + (place.0.map { place.1 / (20 + Double($0.rank)) } ?? 0)
                    }
                },
            "seed \(seed)"
        )
        let byScore = try result(.weighted([1, 0]))
        var distinct: [Key] = []
        for hit in byScore.lists[0] where !distinct.contains(hit.key) { distinct.append(hit.key) }
        #expect(byScore.hits.first?.key == distinct.first, "seed \(seed)")
        let own = try result(.custom { places in -Double(places[1]?.rank ?? 1_000) })
        #expect(own.hits.map(\.key) == own.lists[1].prefix(30).map(\.key), "seed \(seed)")
        for fusion in [
            Fusion.weighted([1]), .weighted([-1, 1]), .reciprocalRank(constant: -1),
            .reciprocalRank(weights: [.nan, 1]),
        ] {
            #expect(throws: StoreError.self) { try result(fusion) }
        }
    }

    private struct ByKey: Reranker {
        var contents: Contents { [.text] }
        var sign: Float = -1
        var failure: String?

        func scores(
            of candidates: [Hit],
            for query: SearchQuery,
            number: Int,
            isCancelled: () -> Bool
        ) throws -> [Float] {
            if let failure { throw StoreError.invalidSearch(reason: failure) }
            #expect(number == 0)
            #expect(query.text == "asked")
            #expect(candidates.allSatisfy { $0.text != nil })
            return candidates.map { hit in
                guard case .integer(let key) = hit.key else { return .nan }
                return sign * Float(key)
            }
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
    func `a reranker gives the best their order`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let directory = TemporaryDirectory()
        let entries = entries(250, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        var request = SearchRequest(queries: [[1, 0, 1, 0]], k: 5)
        request.queries[0].text = "asked"
        request.k = 20
        let candidates = try snapshot.search(request)[0].hits
        request.reranking = Reranking(ByKey(), count: 20)
        request.k = 5
        let hits = try snapshot.search(request)[0].hits
        #expect(hits.map(\.key) == Array(candidates.map(\.key).sorted().prefix(5)))
        #expect(
            hits.map(\.score)
                == hits.map { if case .integer(let key) = $0.key { -Float(key) } else { 0 } }
        )
        request.reranking = Reranking(ByKey(failure: "no"), count: 20)
        #expect(throws: StoreError.self) { try snapshot.search(request) }
        request.reranking = Reranking(ByKey(sign: .nan), count: 20)
        #expect(throws: StoreError.self) { try snapshot.search(request) }
        request.reranking = Reranking(ByKey(), count: 0)
        #expect(throws: StoreError.self) { try snapshot.search(request) }
    }

    @Test func `a search ends at its deadline, and when it is told to`() throws {
        var random = SplitMix64(seed: 1)
        let directory = TemporaryDirectory()
        let snapshot = try collection(directory.file("store"), entries(300, &random)).snapshot()
        let words = SearchQuery(words: .init(words: "sun"))
        for query in [SearchQuery(vector: [1, 0, 0, 0]), words] {
            var request = SearchRequest([query])
            request.deadline = .now - .seconds(1)
            #expect(throws: StoreError.deadlineExceeded) { try snapshot.search(request) }
            request.deadline = .now + .seconds(600)
            #expect(try snapshot.search(request)[0].hits.count == 10)
            request.isCancelled = { true }
            #expect(throws: StoreError.cancelled) { try snapshot.search(request) }
        }
    }

    @Test func `an explanation names what was searched and how`() throws {
        var random = SplitMix64(seed: 2)
        let directory = TemporaryDirectory()
        let entries = entries(450, &random)
        let snapshot = try collection(directory.file("store"), entries).snapshot()
        var request = SearchRequest(queries: [[1, 0, 0, 0]])
        #expect(try snapshot.search(request)[0].explanation == nil)
        request.explains = true
        request.scope.filter = .comparison(field: "color", .equal, .string("red"))
        let explanation = try #require(try snapshot.search(request)[0].explanation)
        let red = entries.filter { $0.color == "red" }.reduce(0) { $0 + $1.rows.count }
        #expect(explanation.parts.reduce(0) { $0 + $1.allowedCount } == red)
        #expect(
            explanation.parts.reduce(0) { $0 + $1.rowCount }
                == entries.reduce(0) { $0 + $1.rows.count }
        )
        #expect(explanation.parts.allSatisfy { $0.distanceCount == $0.allowedCount })
        #expect(explanation.steps.map(\.name) == ["search", "read"])
        #expect(explanation.parts.last?.name == "tail")
    }

    @Test(arguments: [false, true])
    func `hits of several vector fields carry the rows of theirs`(sealing: Bool) throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [
                    VectorField(name: "few", dimension: 2, metric: .l2, isOptional: true),
                    VectorField(
                        name: "all",
                        dimension: 2,
                        metric: .l2,
                        rowColumns: [RowColumn(name: "position", type: .int32)]
                    ),
                ]
            )
        )
        // Rows of the two fields have other numbers.
        try collection.upsert(
            (0..<40).map { number in
                var document = Document(
                    key: .integer(UInt64(number)),
                    vectors: ["all": [Float(number), 0, Float(number), 500]]
                )
                document.columns["all"] = ["position": .int32([Int32(number), -1])]
                if number >= 30 { document.vectors["few"] = [Float(number), 100] }
                return document
            }
        )
        if sealing { try collection.seal() }
        func source(_ field: String, _ vector: [Float]) -> SearchQuery.Source {
            .vectors(VectorQuery(.vectors([vector]), field: field))
        }
        for fields in [["few", "all"], ["all", "few"]] {
            var request = SearchRequest(
                [SearchQuery([source(fields[0], [33, 100]), source(fields[1], [12, 0])])],
                k: 40,
                contents: [.vectors, .columns]
            )
            request.returnsLists = true
            let result = try collection.search(request)[0]
            #expect(Set(result.hits.map(\.key)).count == 40)
            for hit in result.hits {
                guard case .integer(let number) = hit.key else { continue }
                if hit.vectorField == "few" {
                    #expect(hit.row == 0 && hit.vector == [Float(number), 100])
                    #expect(hit.columns.isEmpty)
                } else {
                    let row = try #require(hit.row)
                    #expect(hit.vectorField == "all")
                    #expect(hit.vector == [Float(number), row == 0 ? 0 : 500])
                    #expect(
                        hit.columns == ["position": .int32([row == 0 ? Int32(number) : -1])]
                    )
                }
            }
            // Of two lists the first one's row counts.
            let expected = fields[0] == "few" ? 10 : 0
            #expect(result.hits.count { $0.vectorField == "few" } == expected)
            #expect(result.lists.allSatisfy { $0.allSatisfy { (0...1).contains($0.row ?? -1) } })
        }
    }
}
