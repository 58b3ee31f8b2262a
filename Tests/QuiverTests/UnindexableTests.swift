import Quiver
import Synchronization
import TestSupport
import Testing

private let dimension = 24

/// Rows of which the index cannot be made, though all are stored and can be searched.
private struct Case: Sendable, CustomStringConvertible {
    let index: String
    let reason: String
    let rows: @Sendable () -> [[Float]]

    var description: String { index }

    /// `count` rows, of which number `place` has one number that is too large.
    static func outlier(_ index: String, _ number: Float, limit: String) -> Case {
        Case(index: index, reason: "row 4711 holds a number beyond ±\(limit)") {
            var rows = clusteredVectors(count: 6_000, dimension: dimension, seed: 9)
            rows[4_711][5] = number
            return rows
        }
    }
}

private let cases = [
    Case.outlier("ivf", 1e16, limit: "1e+15"),
    Case.outlier("IVF32,SQ8", 1e16, limit: "1e+15"),
    Case.outlier("HNSW32,SQ8", 1e16, limit: "1e+15"),
    Case.outlier("RQ4x4", 1e7, limit: "1000000.0"),
    Case(index: "NSG32", reason: "too many rows are equal, or have equal codes, for a NSG") {
        Array(repeating: Array(repeating: 0.5, count: dimension), count: 6_000)
    },
    Case(
        index: "PCAW16,Flat",
        reason: "the training rows span fewer dimensions than are to come out"
    ) {
        (0..<6_000).map { row in Array(repeating: Float(row) / 100, count: dimension) }
    },
]

@Suite struct `Rows that no index can be made of` {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("store") }

    /// A collection with a segment of `rows` and a smaller, healthy one.
    private func sealed(_ index: String, _ rows: [[Float]]) throws -> Store {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            "c",
            CollectionConfiguration(
                dimension: dimension,
                metric: .l2,
                index: try IndexSpecification(parsing: index)
            )
        )
        try collection.upsert(
            rows.enumerated().map { Document(key: .integer(UInt64($0)), vector: $1) }
        )
        try collection.seal()
        let healthy = clusteredVectors(count: 1_500, dimension: dimension, seed: 10)
        try collection.upsert(
            healthy.enumerated().map { Document(key: .string("\($0)"), vector: $1) }
        )
        try collection.seal()
        return store
    }

    @Test(arguments: cases)
    fileprivate func `are compared one by one, and the others get their index`(
        _ given: Case
    ) throws {
        let rows = given.rows()
        func check(_ collection: Collection) throws {
            let statistics = try collection.statistics()
            #expect(statistics.segmentCount == 2)
            #expect(statistics.unindexedSegmentCount == 0)
            #expect(
                statistics.unindexableSegments == [
                    UnindexableSegment(
                        name: "0000000000000001",
                        documentCount: 6_000,
                        vectorField: "",
                        reason: given.reason
                    )
                ]
            )
            #expect(statistics.vectorFields[0].indexByteCount > 0)
            var request = SearchRequest(queries: Array(rows[4_700..<4_720]), k: 5)
            let found = try collection.search(request).map { $0.hits.map(\.score) }
            request.mode = .exact
            #expect(try collection.search(request).map { $0.hits.map(\.score) } == found)
        }
        do {
            let store = try sealed(given.index, rows)
            let collection = try store.collection("c")
            try collection.maintain(threadCount: 2)
            try check(collection)
            store.close()
        }
        let store = try Store.open(at: path)
        let collection = try store.collection("c")
        try check(collection)
        let isTriedAgain = Mutex(false)
        try collection.maintain { _ in
            isTriedAgain.withLock { $0 = true }
            return true
        }
        #expect(!isTriedAgain.withLock { $0 })
        try check(collection)
        store.close()
        #expect(try Store.verify(at: path).damage == [])
    }

    @Test func `are not what a build that was stopped says`() throws {
        let store = try sealed(cases[0].index, cases[0].rows())
        let collection = try store.collection("c")
        #expect(throws: StoreError.cancelled) { try collection.maintain { _ in false } }
        #expect(try collection.statistics().unindexedSegmentCount == 2)
        #expect(try collection.statistics().unindexableSegments == [])
    }
}
