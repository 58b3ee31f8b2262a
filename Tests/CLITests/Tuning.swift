import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung)))
struct `Tuning, clusters and scores on the command line` {
    private let quiver = CommandLineRun()

    /// A collection of 4-dimensional rows around three points.
    private func fill(_ count: Int, index: String = "exact") throws {
        var random = SplitMix64(seed: 8)
        let rows = (0..<count).map { row in
            (0..<4).map {
                Float(10 * (row % 3)) * Float($0) + Float.random(in: 0..<1, using: &random)
            }
        }
        try quiver.createCollection("--metric", "l2", "--index", index, dimension: 4)
        let path = try quiver.writeFBIN(rows, to: "rows.fbin")
        #expect(try quiver("import", quiver.store, "c", path).status == 0)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `tune shows a table, draws it, and applies the best`() throws {
        try fill(2_000)
        let svg = quiver.folder.file("trade-off.svg")
        let shown = try quiver(
            "tune",
            quiver.store,
            "c",
            "--index",
            "graph",
            "--index",
            "ivf",
            "--sample",
            "100",
            "--svg",
            svg
        )
        #expect(shown.status == 0, "\(shown.error)")
        #expect(shown.error.isEmpty)
        for word in ["2000 rows", "of its own rows", "exact", "graph", "ivf", "0.95", "*"] {
            #expect(shown.output.contains(word), "\(word)")
        }
        let drawn = try String(contentsOfFile: svg, encoding: .utf8)
        #expect(drawn.hasPrefix("<svg ") && drawn.hasSuffix("</svg>\n"))
        #expect(drawn.components(separatedBy: "<polyline").count == 4)
        let parser = XMLParser(data: Data(drawn.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")

        let queries = try quiver.writeFBIN([[1, 2, 3, 4], [0, 1, 0, 1]], to: "queries.fbin")
        let applied = try quiver(
            "tune",
            quiver.store,
            "c",
            "--index",
            "HNSW16",
            "--queries",
            queries,
            "-k",
            "5",
            "--recall",
            "0.9",
            "--memory",
            "1GiB",
            "--apply",
            "--json"
        )
        #expect(applied.status == 0, "\(applied.error)")
        let tuning = try object(applied.output)
        #expect(tuning["basis"] as? String == "queries" && tuning["queries"] as? Int == 2)
        #expect(tuning["k"] as? Int == 5 && tuning["recall"] as? Double == 0.9)
        let trials = try #require(tuning["trials"] as? [[String: Any]])
        #expect(trials.compactMap { $0["index"] as? String } == ["exact", "HNSW16,Flat"])
        for trial in trials {
            let points = try #require(trial["points"] as? [[String: Any]])
            #expect(points.allSatisfy { $0["microseconds"] is Double && $0["recall"] is Double })
        }
        let best = try #require(tuning["best"] as? String)
        let statistics = try object(try quiver("stats", quiver.store, "c", "--json").output)
        let fields = try #require(statistics["vectorFields"] as? [[String: Any]])
        #expect(fields[0]["index"] as? String == best)
        #expect(statistics["recallTarget"] as? Double == 0.9)
    }

    @Test func `tune shows what it found before a picture fails`() throws {
        try fill(200)
        let nowhere = quiver.folder.file("nowhere/t.svg")
        let outcome = try quiver("tune", quiver.store, "c", "--index", "graph", "--svg", nowhere)
        #expect(outcome.status == 1 && outcome.error.contains("nowhere/t.svg"))
        #expect(outcome.output.contains("graph"))
    }

    @Test func `tune refuses what it cannot do`() throws {
        try fill(200)
        for arguments in [
            ["--recall", "1"], ["--recall", "0"], ["-k", "0"], ["--sample", "99"],
            ["--index", "Nonsense"],
            ["--index", "PQ3"], ["--vector-field", "none"],
        ] {
            let outcome = try quiver.run(["tune", quiver.store, "c"] + arguments)
            #expect(outcome.status != 0 && outcome.error.hasPrefix("quiver: "), "\(arguments)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test func `cluster prints the cluster of each row`() throws {
        try fill(90)
        #expect(try quiver("delete", quiver.store, "c", "4").status == 0)
        let centroids = quiver.folder.file("centroids.npy")
        let outcome = try quiver(
            "cluster",
            quiver.store,
            "c",
            "--count",
            "3",
            "--centroids",
            centroids,
            "--seed",
            "2",
            "--json"
        )
        #expect(outcome.status == 0, "\(outcome.error)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 90 && lines[4] == "null")
        var clusters: [Int: Set<Int>] = [:]
        for (row, line) in lines.enumerated() where line != "null" {
            let object = try object(String(line))
            #expect(object["key"] as? Int == row && object["row"] as? Int == 0)
            clusters[row % 3, default: []].insert(try #require(object["cluster"] as? Int))
        }
        #expect(clusters.values.allSatisfy { $0.count == 1 })
        #expect(Set(clusters.values.flatMap { $0 }) == [0, 1, 2])
        #expect(try Data(contentsOf: URL(fileURLWithPath: centroids)).count > 3 * 16)
        #expect(try quiver("cluster", quiver.store, "c", "--count", "90").status == 1)
    }

    @Test func `scores prints a number a pair`() throws {
        try quiver.createCollection("--metric", "l2")
        try quiver.importLines([
            #"{"key":"a","vector":[1,0]}"#, #"{"key":7,"vector":[[0,0],[0,2]]}"#,
        ])
        let input = #"{"a":"a","b":7}"# + "\n" + #"{"a":"a","b":7,"rowB":1}"# + "\n"
        let outcome = try quiver("scores", quiver.store, "c", input: input)
        #expect(outcome.output == "1.0\n5.0\n" && outcome.status == 0, "\(outcome.error)")
        for (line, complaint) in [
            (#"{"a":"a","b":"none"}"#, "input:1"), (#"{"a":"a","b":7,"rowB":2}"#, "no row 2"),
            (#"{"a":"a"}"#, "\"b\""), (#"{"a":"a","b":7,"c":1}"#, "\"c\""), ("[1]", "input:1"),
            (#"{"a":"a","b":7,"rowB":-1}"#, "rowB"),
        ] {
            let refused = try quiver("scores", quiver.store, "c", input: line)
            #expect(
                refused.status == 1 && refused.error.contains(complaint),
                "\(line): \(refused.error)"
            )
        }
    }
}
