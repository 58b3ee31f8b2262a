import Foundation
import JSON
import TestSupport
import Testing

@Suite(
    .enabled(if: FetchedData.mayTest(FetchedData.miniLM), "\(FetchedData.missing)"),
    .timeLimit(.minutes(minutesUntilHung))
) struct `With an encoder of tokens` {
    private let quiver = CommandLineRun()

    private var folder: String {
        get throws { try #require(FetchedData.miniLM) }
    }

    private let texts = "a domesticated animal\nan institution that lends money\nwater falls\n"

    private func reduction(_ count: Int) throws -> String {
        let file = try quiver.write(texts, to: "train.txt")
        let output = quiver.folder.file("r\(count).safetensors")
        let trained = try quiver.run(
            ["encode", "--encoder", try folder, "--encoder-mode", "tokens", file]
                + ["--train-reduction", "\(count)", "--output", output]
        )
        #expect(trained.status == 0, "\(trained.error)")
        #expect(trained.output.contains("384 → \(count)"), "\(trained.output)")
        return output
    }

    @Test func `a collection is made for its rows, filled, and remembers it`() throws {
        let encoder = [
            "--encoder", try folder, "--encoder-mode", "tokens", "--reduce", try reduction(6),
        ]
        let created = try quiver.run(["create", quiver.store, "c"] + encoder)
        #expect(created.status == 0, "\(created.error)")
        #expect(created.output.contains("dimension 6"), "\(created.output)")
        let line = #"{"key":"a","text":"Größe is it."}"#
        let imported = try quiver("import", quiver.store, "c", "-", "--json", input: line)
        #expect(imported.status == 0, "\(imported.error)")
        let stored = try quiver(
            "get",
            quiver.store,
            "c",
            "a",
            "--json"
        ).object()
        let columns = stored["columns"]?.object?[""]?.object
        let rows = stored["vector"]?.array
        #expect(rows?.count == columns?["token"]?.array?.count)
        #expect(rows?.allSatisfy { $0.array?.count == 6 } == true)
        #expect(columns?["start"]?.array?.last?.int == 13)
        #expect(columns?["end"]?.array?.last?.int == 14)
        // Another reduction is another encoder.
        let other = try quiver.run(
            ["import", quiver.store, "c", "-", "--encoder", try folder]
                + ["--encoder-mode", "tokens", "--reduce", try reduction(5)]
        )
        #expect(other.status == 1 && other.error.contains("--dimension 5"), "\(other.error)")
        let sentences = try quiver.run(
            ["import", quiver.store, "c", "-", "--encoder", try folder]
                + ["--prefix-dimension", "6"]
        )
        #expect(sentences.status == 1, "\(sentences.error)")
        #expect(sentences.error.contains("come from encoder"), "\(sentences.error)")
        let search = try quiver("search", quiver.store, "c", "--text", "a", "--json")
        #expect(search.status == 0, "\(search.error)")
        let hit = try search.object()["hits"]?.array?.first?.object
        // A document as a whole, by all of its tokens.
        #expect(hit?["score"] != nil && hit?["row"] == nil)
    }

    @Test func `documents are printed that import reads`() throws {
        let file = try quiver.write(texts, to: "t.txt")
        let tokens = ["--encoder", try folder, "--encoder-mode", "tokens"]
        let printed = try quiver.run(["encode", file, "--json"] + tokens)
        #expect(printed.status == 0, "\(printed.error)")
        let created = try quiver.run(["create", quiver.store, "c"] + tokens)
        #expect(created.status == 0, "\(created.error)")
        let imported = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            "--json",
            input: printed.output
        )
        #expect(imported.output == "{\"acknowledged\":3}\n", "\(imported.error)")
        let encoded = try quiver.run(["encode", file, "-o", quiver.folder.file("t.npy")] + tokens)
        #expect(encoded.output.contains("(12 × 384)"), "\(encoded.output) \(encoded.error)")
    }

    @Test func `sentences may be cut to a prefix, which is remembered`() throws {
        let created = try quiver.run(
            ["create", quiver.store, "c", "--encoder", try folder]
                + ["--prefix-dimension", "128", "--maximum-tokens", "16"]
        )
        #expect(created.status == 0, "\(created.error)")
        #expect(created.output.contains("dimension 128"), "\(created.output)")
        let lines = [
            #"{"key":"dog","text":"a domesticated animal that barks"}"#,
            #"{"key":"bank","text":"an institution that lends money"}"#,
        ]
        let imported = try quiver(
            "import",
            quiver.store,
            "c",
            "-",
            input: lines.joined(separator: "\n")
        )
        #expect(imported.status == 0, "\(imported.error)")
        for place in [[], ["--encoder", try folder]] {
            let found = try quiver.run(
                ["search", quiver.store, "c", "--text", "puppy", "--json"] + place
            )
            #expect(found.status == 0, "\(found.error)")
            let best = try found.object()["hits"]?.array?.first?.object
            #expect(best?["key"]?.string == "dog")
        }
    }
}

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Wrong usage of encoders` {
    private let quiver = CommandLineRun()

    @Test(arguments: [
        "encode --encoder e f --output o.npy --json", "encode --encoder e f --reduce r --json",
        "encode --encoder e f --special-tokens --json",
        "encode --encoder e f --encoder-mode words --json",
        "encode --encoder e f --train-reduction 4 -o r.safetensors",
        "encode --encoder e f --encoder-mode tokens --train-reduction 4 -o r.npy",
        "encode --encoder e f --encoder-mode tokens --train-reduction 0 -o r.safetensors",
        "encode --encoder e f --encoder-mode tokens --train-reduction 4 --json",
        "encode --encoder e f --maximum-tokens 0 --json", "import s c f --encoder-mode tokens",
        "import s c f --prefix-dimension 4", "create s c --encoder e --dimension 4",
        "create s c --encoder e --vector :4",
    ]) func `exits 64`(line: String) throws {
        let outcome = try quiver.run(line.split(separator: " ").map(String.init))
        #expect(outcome.status == 64 && outcome.error.hasPrefix("quiver: "), "\(outcome.error)")
    }
}
