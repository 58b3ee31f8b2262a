import Foundation
import JSON
import TestSupport
import Testing

@Suite(
    .enabled(if: FetchedData.mayTest(FetchedData.miniLM), "\(FetchedData.missing)"),
    .timeLimit(.minutes(minutesUntilHung))
) struct `With an encoder` {
    private let quiver = CommandLineRun()

    private var folder: String {
        get throws { try #require(FetchedData.miniLM) }
    }

    private let texts = [
        #"{"key":"dog","text":"a domesticated animal that barks"}"#,
        #"{"key":"bank","text":"an institution that lends money"}"#,
        #"{"key":"rain","text":"water that falls from clouds"}"#,
    ]

    private func importTexts() throws {
        let created = try quiver("create", quiver.store, "c", "--dimension", "384")
        #expect(created.status == 0)
        let imported = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            "--encoder",
            try folder,
            "--json",
            input: texts.joined(separator: "\n")
        )
        #expect(imported.status == 0, "\(imported.error)")
        #expect(imported.output == "{\"acknowledged\":3}\n")
    }

    private func bestKey(_ arguments: String...) throws -> String? {
        let found = try quiver.run(["search", quiver.store, "c", "--json", "-k", "1"] + arguments)
        #expect(found.status == 0, "\(found.error)")
        return try found.object()["hits"]?.array?.first?.object?["key"]?.string
    }

    @Test func `texts are imported, and found by others that mean the same`() throws {
        try importTexts()
        #expect(try bestKey("--text", "Where can I borrow cash?") == "bank")
        #expect(try bestKey("--text", "puppy", "--encoder", try folder) == "dog")
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        let remembered = statistics["encoder"]?.object
        #expect(remembered?["identity"]?.string?.count == 32)
        #expect(remembered?["location"]?.string?.hasPrefix("/") == true)
    }

    @Test func `the collection remembers its encoder for later imports`() throws {
        try importTexts()
        let imported = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            input: #"{"key":"car","text":"a road vehicle with an engine"}"#
        )
        #expect(imported.status == 0, "\(imported.error)")
        #expect(try bestKey("--text", "automobile") == "car")
    }

    @Test func `vectors that quiver encode made are asked with a text and the encoder's name`()
        throws
    {
        let texts = try quiver.write("a domesticated dog\na bank that lends money\n", to: "t.txt")
        let rows = quiver.folder.file("rows.npy")
        let encoded = try quiver("encode", "--encoder", try folder, texts, "--output", rows)
        #expect(encoded.status == 0, "\(encoded.error)")
        #expect(try quiver("create", quiver.store, "c", "--dimension", "384").status == 0)
        #expect(try quiver("import", quiver.store, "c", rows).status == 0)
        let found = try quiver(
            "search",
            quiver.store,
            "c",
            "--text",
            "puppy",
            "--encoder",
            try folder,
            "--json"
        )
        #expect(found.status == 0, "\(found.error)")
        let best = try found.object()["hits"]?.array?.first?.object
        #expect(best?["key"]?.int == 0)
    }

    @Test func `the field that is named gets the texts' vectors and remembers the encoder`() throws
    {
        let created = try quiver.run(
            ["create", quiver.store, "c", "--vector", "meaning:384", "--vector", "other:2"]
                + ["--optional-vector", "other"]
        )
        #expect(created.status == 0, "\(created.error)")
        let lines = texts.joined(separator: "\n")
        let words = ["import", quiver.store, "c", "-", "--json"]
        let unnamed = try quiver.run(
            words + ["--encoder", try folder],
            input: Array(lines.utf8)
        )
        #expect(unnamed.status == 64)
        #expect(unnamed.error.contains("--vector-field"), "\(unnamed.error)")
        let imported = try quiver.run(
            words + ["--encoder", try folder, "--vector-field", "meaning"],
            input: Array(lines.utf8)
        )
        #expect(imported.status == 0, "\(imported.error)")
        #expect(try bestKey("--text", "puppy", "--vector-field", "meaning") == "dog")
        let other = try quiver(
            "search",
            quiver.store,
            "c",
            "--text",
            "puppy",
            "--vector-field",
            "other"
        )
        #expect(other.status == 1)
        #expect(other.error.contains("remembers no encoder"), "\(other.error)")
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        let fields = try #require(statistics["vectorFields"]?.array).compactMap(\.object)
        #expect(fields.map { $0["encoder"] != nil } == [true, false])
        #expect(fields.map { $0["rows"] } == [.integer(3), .integer(0)])
        #expect(statistics["encoder"] == nil)
    }

    @Test func `another encoder is refused`() throws {
        try importTexts()
        let copy = quiver.folder.file("model")
        try FileManager.default.copyItem(atPath: try folder, toPath: copy)
        let tokenizer = copy + "/config.json"
        let text = try String(contentsOfFile: tokenizer, encoding: .utf8)
        // Equal numbers of another arrangement: another identity.
        try text.replacingOccurrences(
            of: "\"layer_norm_eps\": 1e-12",
            with: "\"layer_norm_eps\": 1e-11"
        ).write(toFile: tokenizer, atomically: true, encoding: .utf8)
        let search = try quiver("search", quiver.store, "c", "--text", "a", "--encoder", copy)
        #expect(search.status == 1)
        #expect(search.error.contains("come from encoder"), "\(search.error)")
        let again = try quiver("import", quiver.store, "c", "-", "--encoder", copy)
        #expect(again.status == 1)
        #expect(again.error.contains("come from encoder"), "\(again.error)")
    }

    @Test func `an encoder of another dimension, or none, is refused with the cure`() throws {
        try quiver.createCollection()
        let imported = try quiver("import", quiver.store, "c", "-", "--encoder", try folder)
        #expect(imported.status == 1)
        #expect(imported.error.contains("--dimension 384"))
        let none = try quiver("import", quiver.store, "c", "-", "--encoder", quiver.folder.path)
        #expect(none.status == 1)
        #expect(none.error.contains(quiver.folder.path))
        let search = try quiver("search", quiver.store, "c", "--text", "a")
        #expect(search.status == 1)
        #expect(search.error.contains("--encoder DIR"))
    }

    @Test func `encode writes rows that can be searched for and imported`() throws {
        try importTexts()
        let lines = try quiver.write("rainy weather\n\nmoney lender\n", to: "queries.txt")
        let output = quiver.folder.file("queries.npy")
        let encoded = try quiver(
            "encode",
            "--encoder",
            try folder,
            lines,
            "--output",
            output
        )
        #expect(encoded.status == 0, "\(encoded.error)")
        let found = try quiver(
            "search",
            quiver.store,
            "c",
            "--vectors",
            output,
            "-k",
            "1",
            "--json"
        ).values()
        let best = found.map { $0.object?["hits"]?.array?.first?.object?["key"]?.string }
        #expect(best.count == 3 && best[0] == "rain" && best[2] == "bank")
        let imported = try quiver("import", quiver.store, "c", output, "--json")
        #expect(imported.output == "{\"acknowledged\":3}\n")
    }

    @Test func `encode that fails leaves no file`() throws {
        let broken = try quiver.write("{\"text\":\"a\"}\n{\"text\":5}\n", to: "broken.jsonl")
        let output = quiver.folder.file("broken.npy")
        let encoded = try quiver(
            "encode",
            "--encoder",
            try folder,
            broken,
            "--output",
            output
        )
        #expect(encoded.status == 1)
        #expect(encoded.error.contains("broken.jsonl:2: \"text\": expected a string"))
        let left = try FileManager.default.contentsOfDirectory(atPath: quiver.folder.path)
        #expect(!left.contains { $0.contains(".npy") })
    }

    @Test func `tokenize prints ids, from a file and from standard input`() throws {
        let tokenizer = try folder + "/tokenizer.json"
        let file = try quiver.write(
            "{\"text\":\"Hello, World!\"}\n{\"text\":\"\"}\n",
            to: "t.jsonl"
        )
        let fromFile = try quiver("tokenize", "--tokenizer", tokenizer, file, "--json")
        #expect(fromFile.status == 0, "\(fromFile.error)")
        #expect(fromFile.output == "[101,7592,1010,2088,999,102]\n[101,102]\n")
        let fromInput = try quiver(
            "tokenize",
            "--tokenizer",
            tokenizer,
            input: "Hello, World!\n\n"
        )
        #expect(fromInput.output == "101 7592 1010 2088 999 102\n101 102\n")
        // The tokenizer's own file says 128 tokens.
        let long = try quiver(
            "tokenize",
            "--tokenizer",
            tokenizer,
            "--json",
            input: String(repeating: "word ", count: 500)
        )
        #expect(try long.values().first?.array?.count == 128)
    }
}
