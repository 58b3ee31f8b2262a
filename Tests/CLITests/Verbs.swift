import Foundation
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Each verb` {
    private let quiver = CommandLineRun()

    @Test func `create makes the store, then more collections, and each only once`() throws {
        try quiver.createCollection("--metric", "l2", "--storage", "int8", "--index", "graph")
        #expect(try quiver("create", quiver.store, "d", "--dimension", "3").status == 0)
        let again = try quiver("create", quiver.store, "c", "--dimension", "2")
        #expect(again.status == 1)
        #expect(again.error.contains("a collection named \"c\" already"))
        let collections = try quiver("stats", quiver.store, "--json").object()["collections"]
        #expect(collections?.object?.members.map(\.name).sorted() == ["c", "d"])
        let field = collections?.object?["c"]?.object?["vectorFields"]?.array?.first?.object
        #expect(field?["metric"]?.string == "l2")
        #expect(field?["storage"]?.string == "int8")
        #expect(field?["index"]?.string == "graph")
    }

    @Test(arguments: ["BIVF64", "IVF0,Flat", "IDMap,Flat", "PQ7", "flat"])
    func `an index that cannot be is a named error and makes nothing`(index: String) throws {
        let outcome = try quiver(
            "create",
            quiver.store,
            "c",
            "--dimension",
            "2",
            "--index",
            index
        )
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("index \"\(index)\" cannot be a collection's: "))
        #expect(!FileManager.default.fileExists(atPath: quiver.store))
    }

    @Test func `import acknowledges each batch and search finds what came in`() throws {
        try quiver.createCollection()
        let imported = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            "--batch",
            "2",
            "--json",
            input: threeLines.joined(separator: "\n")
        )
        #expect(imported.status == 0)
        #expect(imported.output == "{\"acknowledged\":2}\n{\"acknowledged\":3}\n")

        let queries = try quiver.writeFBIN([[1, 0.1], [0, -1]], to: "q.fbin")
        let found = try quiver(
            "search",
            quiver.store,
            "c",
            "--vectors",
            queries,
            "-k",
            "2",
            "--json"
        )
        #expect(found.status == 0)
        let results = try found.values().compactMap(\.object)
        #expect(
            results.map { $0.members.map(\.name) }
                == [["query", "hits", "microseconds"], ["query", "hits", "microseconds"]]
        )
        #expect(results.map { $0["query"] } == [.integer(0), .integer(1)])
        #expect(results.allSatisfy { ($0["microseconds"]?.int ?? -1) >= 0 })
        let hits = try #require(results[0]["hits"]?.array).compactMap(\.object)
        let members = ["key", "score", "row", "version"]
        #expect(hits.map { $0.members.map(\.name) } == [members, members])
        #expect(hits.map { $0["key"] } == [.string("east"), .integer(7)])
        let score = try #require(hits[0]["score"]?.double)
        #expect(abs(score - 0.995037) < 1e-5)
    }

    @Test func `search --like leaves the key out and --with adds text and vector`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        for exact in [[], ["--exact"]] {
            let found = try quiver.run(
                ["search", quiver.store, "c", "--like", "7", "--with", "text,vector", "--json"]
                    + exact
            )
            #expect(found.status == 0)
            let hits = try #require(try found.object()["hits"]?.array).compactMap(\.object)
            // Equal scores: the smaller key is first.
            #expect(hits.map { $0["key"]?.string } == ["east", "north"])
            #expect(hits.map { $0["text"]?.string } == ["to the east", nil])
            #expect(hits[1]["vector"] == .array([.number(0), .number(2)]))
        }
        let missing = try quiver("search", quiver.store, "c", "--like", "s:7", "--json")
        #expect(missing.status == 1)
        #expect(missing.error.contains("no document under key \"7\""))
    }

    @Test func `search for a person lists rank, score, key and text on lines of their own`() throws
    {
        try quiver.createCollection()
        try quiver.importLines(
            threeLines + [
                #"{"key":"long","text":"\u001b[31mred\nline \#(String(repeating: "x", count: 300))","vector":[1,0.2]}"#
            ]
        )
        let found = try quiver("search", quiver.store, "c", "--like", "east", "-k", "3")
        #expect(found.status == 0)
        #expect(found.lines.count == 4)
        #expect(found.lines[1].hasPrefix("1  0.98"))
        #expect(found.lines[1].hasSuffix("…"))
        #expect(!found.output.contains("\u{1B}"))
        #expect(found.lines[2].hasSuffix("7      north-east"))
    }

    @Test(arguments: ["npy", "fvecs", "fbin"])
    func `import takes rows under their numbers`(format: String) throws {
        try quiver.createCollection("--metric", "l2")
        let rows = (0..<2).flatMap { row in [Float(row), 1].map(\.bitPattern) }
        func bytes(_ numbers: [UInt32]) -> [UInt8] {
            numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        }
        let header =
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
            .padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
        let file =
            switch format {
            case "npy":
                [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + bytes(rows)
            case "fvecs":
                bytes([2]) + bytes(Array(rows[..<2])) + bytes([2]) + bytes(Array(rows[2...]))
            default: bytes([2, 2]) + bytes(rows)
            }
        let path = try quiver.write(file, to: "rows.\(format)")
        let imported = try quiver("import", quiver.store, "c", path, "--batch", "1", "--json")
        #expect(imported.status == 0, "\(imported.error)")
        #expect(imported.lines == [#"{"acknowledged":1}"#, #"{"acknowledged":2}"#])
        let got = try quiver("get", quiver.store, "c", "1", "0", "--json").values()
        #expect(got.map { $0.object?["key"] } == [.integer(1), .integer(0)])
        #expect(got.first?.object?["vector"] == .array([.number(1), .number(1)]))
        #expect(got.first?.object?["text"] == nil)
    }

    @Test func `get prints one object a document and names the missing`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines + [#"{"key":"7","text":"","vector":[3,4]}"#])
        let got = try quiver(
            "get",
            quiver.store,
            "c",
            "east",
            "nowhere",
            "7",
            "s:7",
            "north",
            "12",
            "--json"
        )
        #expect(got.status == 1)
        #expect(got.error == "quiver: no document under nowhere, 12\n")
        let objects = try got.values().compactMap(\.object)
        #expect(
            objects.map { $0["key"] }
                == [.string("east"), .integer(7), .string("7"), .string("north")]
        )
        #expect(objects.map { $0["text"]?.string } == ["to the east", "north-east", "", nil])
        #expect(objects[2]["vector"] == .array([.number(3), .number(4)]))
        #expect(objects.allSatisfy { ($0["version"]?.int ?? 0) > 0 })
        #expect(try quiver("get", quiver.store, "c", "east").output.contains("to the east"))
    }

    @Test func `delete removes what is there and counts what is not`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        let deleted = try quiver("delete", quiver.store, "c", "7", "north", "7", "nowhere")
        #expect(deleted.status == 0)
        #expect(deleted.output == "deleted 2, missing 1\n")
        #expect(try quiver.liveCount() == 1)
        #expect(try quiver("get", quiver.store, "c", "7").status == 1)
    }

    @Test func `stats and verify print one object each`() throws {
        try quiver.createCollection()
        try quiver.importLines(threeLines)
        try quiver.importLines([threeLines[0]])
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(statistics["live"] == .integer(3))
        #expect(statistics["dead"]?.int != nil)
        #expect(statistics["segments"]?.int != nil)
        #expect((statistics["bytes"]?.int ?? 0) > 0)
        #expect(try quiver("stats", quiver.store, "c").output.contains("3 documents"))
        let whole = try quiver("stats", quiver.store, "--json").object()
        #expect(whole["formatVersion"] == .integer(7))
        #expect(whole["bytes"] == statistics["bytes"])
        #expect(
            try quiver("stats", quiver.store).output.hasPrefix(
                "\(quiver.store): 1 collection, format version 7\n\nc\n"
            )
        )
        #expect(
            try quiver("create", quiver.store, "d", "--dimension", "2", "--index", "ivf").status
                == 0
        )
        #expect(
            try quiver("stats", quiver.store).output.hasPrefix(
                "\(quiver.store): 2 collections, format version 7\n"
            )
        )
        let report = try quiver("verify", quiver.store, "--json")
        #expect(report.status == 0)
        #expect(try report.object()["sound"] == .bool(true))
        #expect(try quiver("verify", quiver.store).output.hasSuffix("sound\n"))
    }

    @Test func `empty and 10 MB texts come back unchanged`() throws {
        try quiver.createCollection()
        let long = String(repeating: "wörter und \\\"Zeichen\\\" ", count: 500_000)
        let file = try quiver.write(
            "{\"key\":\"long\",\"text\":\"\(long)\",\"vector\":[1,0]}\n"
                + "{\"key\":\"empty\",\"text\":\"\",\"vector\":[0,1]}\n",
            to: "long.jsonl"
        )
        #expect(try quiver("import", quiver.store, "c", file).status == 0)
        let got = try quiver("get", quiver.store, "c", "long", "empty", "--json").values()
        let expected = try JSONValue(parsing: "\"\(long)\"")
        #expect(got.first?.object?["text"] == expected)
        #expect((expected.string?.utf8.count ?? 0) > 10_000_000)
        #expect(got.last?.object?["text"] == .string(""))
    }
}
