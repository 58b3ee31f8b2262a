import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Several vector fields` {
    private let quiver = CommandLineRun()

    private func hits(_ more: String...) throws -> [JSONObject] {
        let found = try quiver.run(["search", quiver.store, "c", "--json"] + more)
        #expect(found.status == 0, "\(found.error)")
        return try #require(try found.object()["hits"]?.array).compactMap(\.object)
    }

    private func createAndImport() throws {
        try quiver.createWithAllTypes()
        try quiver.importLines([
            #"{"key":"a","text":"A","int64":1,"vector":[[0,0],[5,5]],"columns":{"":{"place":[1,2]}}}"#,
            #"{"key":"b","int64":2,"vector":[4,5],"columns":{"":{"place":[3]},"tokens":{"id":[7],"weight":[0.5]}},"vectors":{"tokens":[1,0,0]}}"#,
        ])
    }

    @Test func `a search names the field and gets row, version and what it asks for`() throws {
        try createAndImport()
        let unnamed = try quiver("search", quiver.store, "c", "--like", "a", "--json")
        #expect(unnamed.status == 64)
        #expect(unnamed.error.contains("--vector-field"), "\(unnamed.error)")
        let queries = try quiver.writeFBIN([[4.5, 5]], to: "q.fbin")
        let found = try hits(
            "--vectors",
            queries,
            "--vector-field",
            "",
            "--with",
            "text,fields,vector,columns",
            "-k",
            "2"
        )
        // Both are as near; the smaller key is first.
        #expect(found.map { $0["key"]?.string } == ["a", "b"])
        #expect(found.map { $0["row"] } == [.integer(1), .integer(0)])
        #expect(found.map { $0["version"] } == [.integer(1), .integer(1)])
        #expect(found[0]["text"] == .string("A"))
        #expect(found.map { $0["fields"]?.object?["int64"] } == [.integer(1), .integer(2)])
        #expect(found[0]["vector"] == .array([.number(5), .number(5)]))
        #expect(found.map { $0["columns"]?.object?["place"] } == [.integer(2), .integer(3)])
        let tokens = try hits("--like", "b", "--vector-field", "tokens")
        #expect(tokens.isEmpty)
        let none = try quiver(
            "search",
            quiver.store,
            "c",
            "--like",
            "a",
            "--vector-field",
            "tokens"
        )
        #expect(none.status == 1)
        #expect(none.error.contains("key \"a\": no vector of field \"tokens\""), "\(none.error)")
        let unknown = try quiver("search", quiver.store, "c", "--like", "a", "--vector-field", "x")
        #expect(unknown.status == 1)
        #expect(unknown.error.contains("no vector field named \"x\""))
    }

    @Test func `like looks for what is near any row and leaves the document out`() throws {
        try createAndImport()
        let found = try hits("--like", "a", "--vector-field", "")
        #expect(found.map { $0["key"]?.string } == ["b"])
        #expect(found.first?["score"] == .number(1))
    }

    @Test func `vector files go into the field that is named`() throws {
        #expect(
            try quiver(
                "create",
                quiver.store,
                "c",
                "--vector",
                "x:2",
                "--vector",
                "y:3",
                "--optional-vector",
                "x"
            )
            .status == 0
        )
        let rows = try quiver.writeFBIN([[1, 2, 3]], to: "rows.fbin")
        let unnamed = try quiver("import", quiver.store, "c", rows)
        #expect(unnamed.status == 1)
        #expect(unnamed.error.contains("(\"x\", \"y\"); name one with --vector-field NAME"))
        #expect(try quiver("import", quiver.store, "c", rows, "--vector-field", "y").status == 0)
        #expect(try quiver.scanned() == [#"{"key":0,"vectors":{"y":[1.0,2.0,3.0]}}"#])
        let other = try quiver("import", quiver.store, "c", rows, "--vector-field", "x")
        #expect(other.status == 1)
        #expect(
            other.error.contains("rows.fbin, row 0: key 0: a vector of field \"x\" of 3 numbers"),
            "\(other.error)"
        )
    }
}
