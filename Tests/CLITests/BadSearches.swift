import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A bad search` {
    private let quiver = CommandLineRun()

    @Test func `with query vectors names the file, the row and the cause`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let good: [[Float]] = Array(repeating: [1, 2], count: 300)
        for (rows, row, cause) in [
            (good + [[1, .nan]], 300, "number 1 of the vector (query 300) is NaN or infinite"),
            (good + [[0, 0]], 300, "the vector (query 300) is zero as stored"),
            ([[1, 2], [3e38, 3e38]], 1, "has a norm that does not fit into float32"),
            ([[1, 2, 3]], 0, "a vector of 3 numbers, the dimension is 2"),
        ] as [([[Float]], Int, String)] {
            let file = try quiver.writeFBIN(rows, to: "queries.fbin")
            let outcome = try quiver("search", quiver.store, "c", "--vectors", file, "--json")
            #expect(outcome.status == 1)
            #expect(outcome.error.hasPrefix("quiver: \(file), row \(row): "), "\(outcome.error)")
            #expect(outcome.error.contains(cause), "\(outcome.error)")
        }
    }
}

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A search` {
    private let quiver = CommandLineRun()

    @Test func `has finite scores however long the vectors are`() throws {
        for metric in ["l2", "innerProduct"] {
            let store = quiver.folder.file(metric)
            #expect(
                try quiver("create", store, "c", "--dimension", "2", "--metric", metric).status == 0
            )
            let rows = try quiver.writeFBIN([[1e20, 0], [0, 1e20]], to: "rows.fbin")
            #expect(try quiver("import", store, "c", rows).status == 0)
            let queries = try quiver.writeFBIN([[-1e20, 0]], to: "queries.fbin")
            let outcome = try quiver("search", store, "c", "--vectors", queries, "--json")
            #expect(outcome.status == 0, "\(outcome.error)")
            let hits = try outcome.object()["hits"]?.array
            #expect(hits?.count == 2)
        }
    }
}
