import FAISS
import TestSupport
import Testing

private let dimension = 24
private let plainRows = ClusteredRows(count: 6_000, dimension: dimension, seed: 91)
private let plainQueries = ClusteredRows(count: 60, dimension: dimension, seed: 92)

/// Rows of which a byte a number tells little, or nothing.
private struct Case: Sendable, CustomStringConvertible {
    let description: String
    let change: @Sendable (_ row: Int, _ place: Int, _ number: Float) -> Float

    static let all = [
        Case(description: "one number far from zero") { _, place, number in
            place == 3 ? number + 1_000 : number
        },
        Case(description: "one number much larger than the others") { _, place, number in
            place == 3 ? number * 1_000 : number
        },
        Case(description: "all far from zero") { _, _, number in number + 300 },
        Case(description: "later rows far from the first ones") { row, place, number in
            row % 6_000 < 4_500 || place % 2 == 0 ? number : number + 500
        },
        Case(description: "a number of another size in every row") { row, place, number in
            place == row % dimension ? number * 3_000 : number
        },
    ]

    func rows(_ rows: ClusteredRows, spreadOver count: Int) -> ClusteredRows {
        ClusteredRows(
            dimension: dimension,
            values: rows.values.enumerated().map { place, number in
                change(place / dimension * (count / rows.count), place % dimension, number)
            }
        )
    }
}

/// Graphs of float32 rows are walked over sketches of the rows in memory, and over the rows where they are mapped.
@Suite struct `A HNSW index with sketches` {
    @Test(arguments: Case.all, [1, 40])
    fileprivate func `finds what it finds without them, whatever the rows`(
        given: Case,
        batchCount: Int
    ) throws {
        let rows = given.rows(plainRows, spreadOver: plainRows.count)
        let queries = given.rows(plainQueries, spreadOver: plainRows.count)
        let truth = GroundTruth(k: 10, queries: queries, among: rows)
        var index = try Index(dimension: dimension, factory: "HNSW16", metric: .l2)
        let size = rows.values.count / batchCount
        for batch in 0..<batchCount {
            try index.add(Array(rows.values[batch * size..<(batch + 1) * size]))
        }
        let bytes = AlignedBytes(try index.serialized())
        let mapped = try Index(mapping: bytes.bytes)
        for efSearch in [20, 64] {
            let parameters = SearchParameters(efSearch: efSearch)
            let recalls = try [
                index.search(queries.values, k: 10, parameters: parameters),
                mapped.search(queries.values, k: 10, parameters: parameters),
            ].map { truth.recall(of: $0, .l2) }
            #expect(recalls[0] >= recalls[1] - 0.02, "efSearch \(efSearch)")
            #expect(recalls[0] >= 0.93, "efSearch \(efSearch)")
        }
    }
}
