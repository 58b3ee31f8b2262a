import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `A bad import` {
    private let quiver = CommandLineRun()

    /// Imports two good lines in a batch of their own, then `bytes` as a third line in a batch with a
    /// fourth; checks that the first batch alone stays, and returns the message.
    private func refusal(
        of bytes: [UInt8],
        location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let good = Array((threeLines[0] + "\n" + threeLines[1] + "\n").utf8)
        let file = try quiver.write(
            good + bytes + Array("\n\(threeLines[2])\n".utf8),
            to: "bad.jsonl"
        )
        let outcome = try quiver("import", quiver.store, "c", file, "--batch", "2", "--json")
        #expect(outcome.status == 1, sourceLocation: location)
        #expect(outcome.output == "{\"acknowledged\":2}\n", sourceLocation: location)
        #expect(
            outcome.error.hasPrefix("quiver: \(file):3:"),
            "\(outcome.error)",
            sourceLocation: location
        )
        #expect(try quiver.liveCount() == 2, sourceLocation: location)
        return outcome.error
    }

    private func refusal(
        of line: String,
        location: SourceLocation = #_sourceLocation
    ) throws -> String {
        try refusal(of: Array(line.utf8), location: location)
    }

    @Test(
        arguments: [
            (#"{"key":1,"vector":[1,2}"#, "broken JSON: expected ',' or ']'"),
            (#"{"key":1,"vector":[1,NaN]}"#, "JSON has no NaN and no Infinity"),
            (#"{"key":1,"vector":[1,-Infinity]}"#, "JSON has no NaN and no Infinity"),
            (#"{"key":1,"vector":[3e38,3e38]}"#, "has a norm that does not fit into float32"),
            (
                #"{"key":1,"vector":[1,2,3]}"#,
                "a vector of 3 numbers, the dimension is 2"
            ),
            (#"{"key":1,"vector":[1,2,3,4]}"#, "a vector of 4 numbers"),
            (#"{"key":1,"vector":[]}"#, "a vector of 0 numbers"),
            (#"{"key":1,"vector":[0,0]}"#, "is zero as stored, so it has no cosine; leave it out"),
            (#"{"key":1,"vector":[1,1e39]}"#, "does not fit into float32"),
            (#"{"key":1,"titel":"x","vector":[1,2]}"#, "unknown member \"titel\""),
            (#"{"key":1,"fields":{"x":1},"vector":[1,2]}"#, "unknown member \"x\""),
            (#"{"key":1,"vector":[[1,2],[1]]}"#, "\"vector\": row 1 has 1 numbers, row 0 has 2"),
            (#"{"key":1,"vector":[[1,2],[0,0]]}"#, "(row 1) is zero as stored"),
            (#"{"key":1,"vectors":{"a":[1,2]}}"#, "\"vectors\": \"a\": the collection has no such"),
            (#"{"vector":[1,2]}"#, "no \"key\""),
            (#"{"key":-1,"vector":[1,2]}"#, "found -1"),
            (#"{"key":1,"text":"x"}"#, "no encoder"),
            (#"{"key":1}"#, "neither \"vector\" nor \"text\""),
            ("", "the line is empty"), ("  \t", "the line is empty"),
        ]
    )
    func `names line and cause, and keeps nothing of its batch`(
        line: String,
        cause: String
    ) throws {
        try quiver.createCollection()
        let message = try refusal(of: line)
        #expect(message.contains(cause), "\(message)")
    }

    @Test func `invalid UTF-8 is named with line and column`() throws {
        try quiver.createCollection()
        let bytes = Array(#"{"key":1,"text":""#.utf8) + [0xFF] + Array(#"","vector":[1,2]}"#.utf8)
        #expect(try refusal(of: bytes).contains("bad.jsonl:3:18: not valid UTF-8"))
    }

    @Test func `numbers beyond float16 are named with their position`() throws {
        try quiver.createCollection("--storage", "float16")
        let message = try refusal(of: #"{"key":"k","vector":[1,-70000]}"#)
        #expect(
            message.contains(
                "key \"k\": number 1 of the vector (row 0), -70000.0, does not fit into float16"
            )
        )
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `rows that are not finite are named by number`(number: Float) throws {
        try quiver.createCollection("--metric", "l2")
        let file = try quiver.writeFBIN([[1, 2], [3, 4], [5, number], [7, 8]], to: "rows.fbin")
        let outcome = try quiver("import", quiver.store, "c", file, "--batch", "2", "--json")
        #expect(outcome.status == 1)
        #expect(outcome.output == "{\"acknowledged\":2}\n")
        #expect(outcome.error.contains("\(file), row 2: "))
        #expect(outcome.error.contains("number 1 of the vector (row 0) is NaN or infinite"))
    }

    @Test func `files that cannot be read are named`() throws {
        try quiver.createCollection()
        let short = try quiver.write([1, 2, 3], to: "short.npy")
        for (file, cause) in [
            (quiver.folder.file("missing.jsonl"), "No such file"),
            (quiver.folder.file("data.csv"), "cannot tell the format"),
            (quiver.folder.path + "/store.jsonl", "No such file"), (short, "not an .npy file"),
        ] {
            let outcome = try quiver("import", quiver.store, "c", file)
            #expect(outcome.status == 1)
            #expect(outcome.error.hasPrefix("quiver: \(file): "))
            #expect(outcome.error.contains(cause))
        }
    }

    @Test func `the last of a key wins, and what was replaced is counted`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let outcome = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            "--batch",
            "3",
            input: """
                {"key":"east","text":"first","vector":[1,0]}
                {"key":"new","vector":[1,0]}
                {"key":"east","text":"second","vector":[1,0]}
                {"key":"east","text":"third","vector":[1,0]}
                """
        )
        #expect(outcome.status == 0)
        // The old document, the first of the batch, and the second by the next batch.
        #expect(
            outcome.output.contains("imported 4 documents, 3 of them in place of others"),
            "\(outcome.output)"
        )
        #expect(outcome.lines.prefix(2) == ["acknowledged 3", "acknowledged 4"])
        let got = try quiver("get", quiver.store, "c", "east", "--json").object()
        #expect(got["text"] == .string("third"))
        #expect(try quiver.liveCount() == 4)
    }
}
