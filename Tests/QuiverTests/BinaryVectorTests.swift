import Quiver
import TestSupport
import Testing

/// Rows of bits under the Hamming distance.
@Suite struct BinaryVectorTests {
    private static let dimension = 96

    /// Bits around seeded centres.
    private static func rows(_ count: Int, seed: UInt64) -> [[Float]] {
        var random = SplitMix64(seed: seed)
        var centreRandom = SplitMix64(seed: 4)
        let centres = (0..<12).map { _ in
            (0..<dimension).map { _ in Bool.random(using: &centreRandom) }
        }
        return (0..<count).map { _ in
            centres[Int.random(in: 0..<12, using: &random)].map {
                ($0 != (Int.random(in: 0..<6, using: &random) == 0)) ? 1 : 0
            }
        }
    }

    private static func distance(_ one: [Float], _ other: [Float]) -> Int {
        zip(one, other).count { $0 != $1 }
    }

    @Test(arguments: ["automatic", "exact", "graph"])
    func `are stored as bits and found by the bits that differ`(index: String) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("store")
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                dimension: Self.dimension,
                metric: .hamming,
                storage: .binary,
                index: try IndexSpecification(parsing: index)
            )
        )
        let rows = Self.rows(3_000, seed: 1)
        try collection.upsert(
            rows.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        func check(_ collection: Collection) throws {
            var found = 0
            for query in Self.rows(20, seed: 2) {
                let expected = rows.indices.map { (Self.distance(query, rows[$0]), UInt64($0)) }
                    .sorted { $0 < $1 }
                let exact = try collection.search(
                    SearchRequest(queries: [query], k: 10, mode: .exact)
                )[0].hits
                #expect(exact.map(\.key) == expected.prefix(10).map { .integer($0.1) })
                #expect(exact.map(\.score) == expected.prefix(10).map { Float($0.0) })
                let hits = try collection.search(SearchRequest(queries: [query], k: 10))[0].hits
                found += hits.count { Int($0.score) <= expected[9].0 }
                var within = SearchRequest(queries: [query], k: 3_000, mode: .exact)
                within.within = 20
                #expect(
                    try collection.search(within)[0].hits.count == expected.count { $0.0 <= 20 }
                )
            }
            #expect(found >= 190, "\(index)")
            #expect(try collection.documents([7], contents: .vectors)[0]?.vector == rows[7])
        }
        try check(collection)
        try collection.seal()
        try collection.maintain()
        try check(collection)
        // A bit a number, and a norm a row.
        #expect(try collection.statistics().byteCounts.vectors < 3_000 * (Self.dimension / 8 + 8))
        store.close()
        #expect(try Store.verify(at: path).damage == [])
        let reopened = try Store.open(at: path).collection("c")
        try reopened.compact(CompactionOptions(extent: .everything))
        try reopened.maintain()
        try check(reopened)
    }

    @Test func `examples and means are what most of them have`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 8, metric: .hamming, storage: .binary)
        )
        let rows: [[Float]] = [
            [1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1],
        ]
        try collection.upsert(
            rows.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        func best(_ query: VectorQuery) throws -> [Hit] {
            try collection.search(SearchRequest([SearchQuery([.vectors(query)])], k: 1))[0].hits
        }
        let mean = try best(VectorQuery(.vectors(Array(rows[0..<3])), combination: .mean))
        #expect(mean.map(\.key) == [3])
        #expect(mean.map(\.score) == [0])
        let like = try best(
            VectorQuery(
                .examples(positive: [.document(0), .document(1), .document(2)], negative: [])
            )
        )
        #expect(like.map(\.key) == [3])
    }

    @Test func `other metrics, indexes, dimensions and numbers are refused`() throws {
        let directory = TemporaryDirectory()
        let store = try Store.create(at: directory.file("store"))
        for configuration in [
            CollectionConfiguration(dimension: 8, metric: .hamming),
            CollectionConfiguration(dimension: 8, metric: .l2, storage: .binary),
            CollectionConfiguration(dimension: 12, metric: .hamming, storage: .binary),
            CollectionConfiguration(dimension: 8, metric: .hamming, storage: .binary, index: .ivf),
            CollectionConfiguration(
                dimension: 8,
                metric: .hamming,
                storage: .binary,
                index: try IndexSpecification(parsing: "IVF16,Flat")
            ),
        ] {
            #expect(throws: StoreError.self) { try store.createCollection("c", configuration) }
        }
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(dimension: 8, metric: .hamming, storage: .binary)
        )
        let row: [Float] = [0, 1, 0, 1, 0, 0.5, 0, 1]
        let isRefused: (Key?) -> StoreError = {
            .notABit(key: $0, field: "", row: 0, position: 5, value: 0.5)
        }
        #expect(throws: isRefused(1)) { try collection.upsert([Document(key: 1, vector: row)]) }
        #expect(throws: isRefused(nil)) { try collection.search(SearchRequest(queries: [row])) }
    }
}
