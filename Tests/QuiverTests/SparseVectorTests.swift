import Quiver
import TestSupport
import Testing

/// Fields of sparse vectors, beside inner products made by hand.
@Suite struct SparseVectorTests {
    private static func vector(_ random: inout SplitMix64) throws -> SparseVector {
        var weights: [UInt32: Float] = [:]
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            // Of the lower dimensions more than of the higher ones; the last is the last that there is.
            let most = UInt32.random(in: 0..<40, using: &random)
            let dimension = UInt32.random(in: 0...most, using: &random)
            weights[dimension == 39 ? .max : dimension] = Float.random(in: 0.01...3, using: &random)
        }
        return try SparseVector(weights)
    }

    private struct Made {
        let store: Store
        let collection: Collection
        var vectors: [Key: SparseVector] = [:]
    }

    /// Documents in segments and the tail, written, replaced, updated and deleted.
    private func made(_ path: String, seed: UInt64) throws -> Made {
        var random = SplitMix64(seed: seed)
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(dimension: 2, metric: .l2, isOptional: true)],
                fields: [Field(name: "terms", type: .sparse), Field(name: "n", type: .int64)]
            )
        )
        var made = Made(store: store, collection: collection)
        for _ in 0..<40 {
            var batch = WriteBatch()
            var used: Set<Key> = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let key = Key.integer(UInt64.random(in: 0..<150, using: &random))
                guard used.insert(key).inserted else { continue }
                let vector = try Self.vector(&random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0:
                    batch.delete(key)
                    made.vectors[key] = nil
                case 1 where made.vectors[key] != nil:
                    batch.update(DocumentUpdate(key: key, fields: ["terms": .sparse(vector)]))
                    made.vectors[key] = vector
                default:
                    batch.upsert(
                        Document(
                            key: key,
                            text: "a text",
                            fields: ["terms": .sparse(vector), "n": .int64(Int64(used.count))],
                            vectors: [:]
                        )
                    )
                    made.vectors[key] = vector
                }
            }
            try collection.write(batch)
            if Int.random(in: 0..<8, using: &random) == 0 { try collection.seal() }
            if Int.random(in: 0..<4, using: &random) == 0 {
                _ = try Self.hits(collection, try SparseVector([0: 1]))
            }
        }
        return made
    }

    private static func hits(
        _ collection: Collection,
        _ vector: SparseVector,
        k: Int = 1_000,
        filter: Filter? = nil
    ) throws -> [Hit] {
        var request = SearchRequest([SearchQuery([.sparse(SparseQuery(vector))])], k: k)
        request.scope.filter = filter
        return try collection.search(request)[0].hits
    }

    private static func product(_ one: SparseVector, _ other: SparseVector) -> Double {
        var sum = 0.0
        for (index, value) in zip(one.indices, one.values) {
            guard let place = other.indices.firstIndex(of: index) else { continue }
            sum += Double(value) * Double(other.values[place])
        }
        return sum
    }

    private func check(_ made: Made, _ collection: Collection, _ state: String) throws {
        var random = SplitMix64(seed: 5)
        for _ in 0..<12 {
            let query = try Self.vector(&random)
            guard !query.indices.isEmpty else { continue }
            let expected = made.vectors.mapValues { Self.product(query, $0) }
                .filter { $0.value > 0 }
            let hits = try Self.hits(collection, query)
            #expect(Set(hits.map(\.key)) == Set(expected.keys), "\(state)")
            for hit in hits {
                let product = expected[hit.key] ?? 0
                #expect(abs(Double(hit.score) - product) <= 1e-5 * product, "\(state)")
                #expect(hit.row == nil)
            }
            for (hit, next) in zip(hits, hits.dropFirst()) {
                #expect((next.score, hit.key) <= (hit.score, next.key), "\(state)")
            }
            #expect(try Self.hits(collection, query, k: 3) == Array(hits.prefix(3)), "\(state)")
            let some = try Self.hits(
                collection,
                query,
                filter: .comparison(field: "n", .less, .int64(3))
            )
            let passing = try collection.documents(some.map(\.key), contents: .fields).map {
                $0?.fields["n"]
            }
            #expect(Set(passing).isSubset(of: [.int64(0), .int64(1), .int64(2)]), "\(state)")
        }
    }

    @Test(arguments: [UInt64.random(in: 0..<1 << 32), 3])
    func `are found by their inner products, whatever has happened to them`(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let made = try made(path, seed: seed)
        try check(made, made.collection, "as it is, seed \(seed)")
        try made.collection.seal()
        try check(made, made.collection, "sealed, seed \(seed)")
        try made.collection.compact(CompactionOptions(extent: .worthwhile))
        try made.collection.maintain()
        try check(made, made.collection, "compacted, seed \(seed)")
        made.store.close()
        #expect(try Store.verify(at: path).damage == [])
        let reopened = try Store.open(at: path).collection("c")
        try check(made, reopened, "opened anew, seed \(seed)")
        try reopened.compact(CompactionOptions(extent: .everything))
        try check(made, reopened, "compacted anew, seed \(seed)")
        for (key, vector) in made.vectors {
            let found = try reopened.documents([key], contents: .fields)[0]
            #expect(found?.fields["terms"] == .sparse(vector))
        }
    }

    @Test func `a field that comes later is indexed, and gone when it is dropped`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection("c", CollectionConfiguration(dimension: 2))
        try collection.upsert([
            Document(key: 1, vector: [1, 0]), Document(key: 2, vector: [0, 1]),
        ])
        try collection.seal()
        let query = try SparseVector([7: 2])
        #expect(throws: StoreError.self) { try Self.hits(collection, query) }
        try collection.alter([.addField(Field(name: "terms", type: .sparse))])
        #expect(try Self.hits(collection, query).isEmpty)
        var batch = WriteBatch()
        batch.update(DocumentUpdate(key: 2, fields: ["terms": .sparse(try SparseVector([7: 3]))]))
        try collection.write(batch)
        #expect(try Self.hits(collection, query).map(\.key) == [2])
        #expect(try Self.hits(collection, query).first?.score == 6)
        try collection.compact(CompactionOptions(extent: .everything))
        try collection.maintain()
        #expect(try Self.hits(collection, query).map(\.key) == [2])
        try collection.alter([.renameField("terms", to: "weights")])
        #expect(try Self.hits(collection, query).map(\.key) == [2])
        try collection.alter([.dropField("weights")])
        #expect(throws: StoreError.self) { try Self.hits(collection, query) }
        try collection.maintain()
        store.close()
        #expect(try Store.verify(at: directory.file("store")).damage == [])
    }

    @Test func `take part in hybrid search like any source`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [VectorField(dimension: 2, metric: .l2)],
                fields: [Field(name: "terms", type: .sparse)]
            )
        )
        for (key, weight, text) in [(1, 1, "red"), (2, 2, "red fox"), (3, 3, "blue")] {
            try collection.upsert([
                Document(
                    key: .integer(UInt64(key)),
                    text: text,
                    fields: ["terms": .sparse(try SparseVector([9: Float(weight)]))],
                    vectors: ["": [Float(key), 0]]
                )
            ])
        }
        let query = SearchQuery(
            [
                .vectors(VectorQuery(.vectors([[1, 0]]))), .words(WordQuery(.init(words: "fox"))),
                .sparse(SparseQuery(try SparseVector([9: 1]), field: "terms")),
            ],
            fusion: .weighted([0, 0, 1])
        )
        var request = SearchRequest([query], k: 3)
        request.returnsLists = true
        let result = try collection.search(request)[0]
        #expect(result.hits.map(\.key) == [3, 2, 1])
        #expect(result.lists.map { $0.map(\.key) } == [[1, 2, 3], [2], [3, 2, 1]])
        #expect(result.lists[2].map(\.score) == [3, 2, 1])
    }

    @Test func `what is no sparse vector is refused`() throws {
        for (indices, values) in [
            ([1, 2], [1]), ([1, 1], [1, 2]), ([3, 1, 3], [1, 2, 3]), ([1], [0]), ([1], [-1]),
            ([1], [.nan]), ([1], [.infinity]),
        ] as [([UInt32], [Float])] {
            #expect(throws: StoreError.self) { try SparseVector(indices: indices, values: values) }
        }
        #expect(try SparseVector(indices: [5, 2], values: [1, 3]).values == [3, 1])
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                vectorFields: [],
                fields: [
                    Field(name: "a", type: .sparse), Field(name: "b", type: .sparse),
                    Field(name: "n", type: .int64),
                ]
            )
        )
        let vector = try SparseVector([1: 1])
        for (given, field) in [
            (vector, nil), (vector, "n"), (vector, "x"), (try SparseVector([:]), "a"),
        ] {
            #expect(throws: StoreError.self) {
                try collection.search(
                    SearchRequest([SearchQuery([.sparse(SparseQuery(given, field: field))])])
                )
            }
        }
        #expect(throws: StoreError.self) {
            try collection.upsert([
                Document(key: 1, fields: ["n": .sparse(vector)], vectors: [:])
            ])
        }
    }
}
