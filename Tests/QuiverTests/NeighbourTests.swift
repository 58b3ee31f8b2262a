import Quiver
import TestSupport
import Testing

/// What neighbours are found, beside a look at every row.
@Suite struct `Neighbours of every row` {
    private static let seed = UInt64.random(in: 0..<1 << 32)

    @Test(arguments: Metric.ofNumbers, [1, 5, 400])
    func `are those that a look at every row finds`(metric: Metric, k: Int) throws {
        let seed = Self.seed
        let fixture = try NeighbourCollection(seed: seed, metric: metric)
        let found = try fixture.written(NeighbourRequest(k: k, threadCount: 2))
        try #require(found.rows.count == fixture.rowCount)
        for number in 0..<fixture.rowCount {
            guard let own = fixture.rows[number] else {
                #expect(found.rows[number] == Array(repeating: -1, count: k), "seed \(seed)")
                #expect(found.scores[number].allSatisfy { $0.isNaN }, "seed \(seed)")
                continue
            }
            let expected = ranked(fixture, by: own.vector, metric, without: own.key)
            let rows = found.rows[number].filter { $0 >= 0 }.map { Int($0) }
            #expect(rows.count == min(k, expected.count), "row \(number), seed \(seed)")
            #expect(Set(rows).count == rows.count, "row \(number), seed \(seed)")
            #expect(found.rows[number].dropFirst(rows.count).allSatisfy { $0 == -1 })
            // The numbers are such that sums of products are exact; a cosine is not, and breaks ties in its own way.
            if metric != .cosine {
                #expect(rows == expected.prefix(k).map(\.row), "row \(number), seed \(seed)")
            }
            let scores = Dictionary(uniqueKeysWithValues: expected.map { ($0.row, $0.score) })
            for (place, row) in rows.enumerated() {
                let score = Double(found.scores[number][place])
                #expect(abs(score - (scores[row] ?? .nan)) < 1e-5, "row \(number), seed \(seed)")
                #expect(abs(score - expected[place].score) < 1e-5, "row \(number), seed \(seed)")
            }
            let (searched, searchedScores) = try fixture.neighbours(
                of: own.vector,
                k: k,
                without: own.key
            )
            #expect(found.rows[number] == searched, "row \(number), seed \(seed)")
            #expect(areSame(found.scores[number], searchedScores), "row \(number), seed \(seed)")
        }
    }

    /// All other documents' rows, the best first.
    private func ranked(
        _ fixture: NeighbourCollection,
        by query: [Float],
        _ metric: Metric,
        without key: Key?
    ) -> [(row: Int, score: Double)] {
        func product(_ one: [Float], _ other: [Float]) -> Double {
            zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let scored = fixture.rows.filter { $0.value.key != key }.map { number, row in
            let dot = product(query, row.vector)
            let norms = (product(query, query), product(row.vector, row.vector))
            let score =
                switch metric {
                case .l2, .hamming: norms.0 + norms.1 - 2 * dot
                case .innerProduct: dot
                case .cosine: dot / (norms.0 * norms.1).squareRoot()
                }
            return (number: number, row: row, score: score, order: metric == .l2 ? score : -score)
        }
        return scored.sorted {
            ($0.order, $0.row.key, $0.row.row) < ($1.order, $1.row.key, $1.row.row)
        }
        .map { ($0.number, $0.score) }
    }

    @Test(arguments: [IndexSpecification.graph, .exact], [SearchRequest.Mode.automatic, .exact])
    func `are those of a search, by an index as well`(
        index: IndexSpecification,
        mode: SearchRequest.Mode
    ) throws {
        let seed = Self.seed
        let fixture = try NeighbourCollection(
            seed: seed,
            index: index,
            documentCount: 700,
            largeDocumentRowCount: 40
        )
        var request = NeighbourRequest(k: 4, mode: mode, threadCount: 3)
        if index == .graph { request.efSearch = 400 }
        let found = try fixture.written(request)
        var common = 0
        for (number, own) in fixture.rows {
            let expected = try fixture.neighbours(of: own.vector, k: 4, without: own.key)
            if index == .exact || mode == .exact {
                #expect(found.rows[number] == expected.rows, "row \(number), seed \(seed)")
            }
            common += Set(found.rows[number]).intersection(expected.rows).count
            // No row of its document.
            let owners = try fixture.snapshot.owners(ofRows: found.rows[number].map { Int($0) })
            #expect(!owners.contains { $0?.key == own.key }, "row \(number), seed \(seed)")
            #expect(!owners.contains(nil), "row \(number), seed \(seed)")
        }
        #expect(common >= fixture.rows.count * 4 * 19 / 20, "seed \(seed)")
    }

    @Test func `take a filter's documents alone, also as queries`() throws {
        let seed = Self.seed
        let fixture = try NeighbourCollection(seed: seed)
        let filter = Filter.comparison(field: "parity", .equal, .int64(1))
        let found = try fixture.written(NeighbourRequest(k: 3, filter: filter))
        var takes = 0
        for (number, own) in fixture.rows {
            let document = try fixture.snapshot.documents([own.key], contents: .fields)[0]
            guard document?.fields["parity"] == .int64(1) else {
                #expect(found.rows[number] == [-1, -1, -1], "row \(number), seed \(seed)")
                continue
            }
            takes += 1
            let expected = try fixture.neighbours(
                of: own.vector,
                k: 3,
                without: own.key,
                filter: filter
            )
            #expect(found.rows[number] == expected.rows, "row \(number), seed \(seed)")
        }
        #expect(takes > 20)
    }

    @Test(arguments: [1, 2, 4, 7])
    func `of shards, one behind the other, are those of the whole`(shardCount: Int) throws {
        let fixture = try NeighbourCollection(seed: Self.seed)
        let whole = try fixture.written(NeighbourRequest(k: 3), "whole.npy")
        var (rows, scores): ([[Int64]], [[Float]]) = ([], [])
        for shard in 0..<shardCount {
            let name = "\(shard).npy"
            let summary = try fixture.snapshot.writeNeighbours(
                NeighbourRequest(k: 3, shard: shard, shardCount: shardCount),
                to: fixture.file(name)
            )
            #expect(summary.queries.lowerBound == rows.count)
            let records = try NeighbourRecords(fixture.file(name), k: 3)
            #expect(records.rows.count == summary.queries.count)
            rows += records.rows
            scores += records.scores
        }
        #expect(rows == whole.rows)
        #expect(scores.indices.allSatisfy { areSame(scores[$0], whole.scores[$0]) })
    }

    @Test func `of vectors from elsewhere may be any document's rows`() throws {
        let seed = Self.seed
        let fixture = try NeighbourCollection(seed: seed)
        var random = SplitMix64(seed: seed)
        let vectors = (0..<70).map { _ in
            (0..<6).map { _ in Float.random(in: -3...3, using: &random) }
        }
        var request = NeighbourRequest(
            k: 5,
            of: try .checksummed(count: 70) { range in vectors[range].flatMap(\.self) },
            threadCount: 2
        )
        request.memoryByteCount = NeighbourRequest.minimumMemoryByteCount
        let found = try fixture.written(request)
        for (number, vector) in vectors.enumerated() {
            let expected = try fixture.neighbours(of: vector, k: 5, without: nil)
            #expect(found.rows[number] == expected.rows, "query \(number), seed \(seed)")
            #expect(areSame(found.scores[number], expected.scores), "query \(number), seed \(seed)")
        }
        (request.shard, request.shardCount) = (2, 3)
        let last = try fixture.written(request, "last.npy")
        #expect(last.rows == Array(found.rows[47...]))
    }

    @Test func `are none where there is nobody else`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        for (name, count) in [("empty", 0), ("alone", 1)] {
            if count > 0 { try collection.upsert([Document(key: 1, vector: [1, 0, 0, 1])]) }
            let summary = try collection.snapshot().writeNeighbours(
                NeighbourRequest(k: 2),
                to: directory.file(name)
            )
            #expect(summary.queries == 0..<2 * count && summary.resumedCount == 0)
            let records = try NeighbourRecords(directory.file(name), k: 2)
            #expect(records.rows == Array(repeating: [-1, -1], count: 2 * count))
        }
    }

    @Test func `have owners`() throws {
        let fixture = try NeighbourCollection(seed: Self.seed)
        let owners = try fixture.snapshot.owners(ofRows: -1..<fixture.rowCount, vectorField: "v")
        #expect(owners[0] == nil)
        for (row, owner) in owners.dropFirst().enumerated() {
            let expected = fixture.rows[row]
            #expect(owner?.key == expected?.key && owner?.row == expected?.row, "row \(row)")
        }
        for row in [-2, fixture.rowCount, Int.max] {
            #expect(
                throws: StoreError.invalidSearch(
                    reason: "there is no row \(row) among \(fixture.rowCount)"
                )
            ) { try fixture.snapshot.owners(ofRows: [row]) }
        }
        #expect(throws: StoreError.unknownVectorField("w", collection: "c")) {
            try fixture.snapshot.owners(ofRows: [], vectorField: "w")
        }
    }
}
