import Foundation
import TestSupport
import Testing

@Suite struct `A compaction's memory` {
    private let quiver = CommandLineRun()
    private static let dimension = 64
    private static let count = 20_000

    /// Four in ten documents dead, graphs to be built, and too little memory for one of them all.
    @Test func `stays under its cap`() throws {
        try quiver.createCollection("--index", "exact", dimension: Self.dimension)
        var random = SplitMix64(seed: 5)
        let rows = (0..<Self.count).map { _ in
            (0..<Self.dimension).map { _ in Float.random(in: -1...1, using: &random) }
        }
        let file = try quiver.writeFBIN(rows, to: "rows.fbin")
        let again = try quiver.writeFBIN(Array(rows[..<(Self.count * 4 / 10)]), to: "again.fbin")
        for name in [file, again] {
            #expect(try quiver("import", quiver.store, "c", name).status == 0)
        }
        #expect(try quiver("alter", quiver.store, "c", "--set-index", ":HNSW64").status == 0)
        let capped = try quiver.peakMemory(of: ["compact", quiver.store, "--memory", "16MiB"])
        #expect(capped < 16 << 20, "\(capped) bytes")
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect((statistics["segments"]?.int ?? 0) > 1)
        #expect(statistics["dead"]?.int == 0 && statistics["unindexedSegments"]?.int == 0)
        #expect(statistics["live"]?.int == Self.count)
        // The same documents under the same index in one piece take more, or the cap would be none.
        let free = try quiver.peakMemory(of: ["compact", quiver.store, "--memory", "1GiB"])
        #expect(free > 16 << 20, "\(free) bytes")
        let merged = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(merged["segments"]?.int == 1 && merged["unindexedSegments"]?.int == 0)
    }

    /// Sketched graphs, words, and values that begin alike are made within it, too.
    @Test func `stays under its cap with everything that a segment may have`() throws {
        let dimension = 192
        let created = try quiver.run(
            ["create", quiver.store, "c", "--dimension", "\(dimension)", "--index", "exact"]
                + ["--field", "address:string", "--field", "tags:strings"]
        )
        #expect(created.status == 0, "\(created.error)")
        var random = SplitMix64(seed: 6)
        let lines = (0..<24_000).map { number in
            let row = (0..<dimension).map { _ in "0.\(Int.random(in: 0..<10, using: &random))" }
            let words = (0..<20).map { _ in "w\(Int.random(in: 0..<50_000, using: &random))" }
            return "{\"key\":\(number),\"text\":\"\(words.joined(separator: " "))\","
                + "\"fields\":{\"address\":\"https://example.org/documents/\(words[0])\","
                + "\"tags\":[\"\(words[1])\",\"\(words[2])\"]},"
                + "\"vector\":[\(row.joined(separator: ","))]}"
        }
        let file = try quiver.write(lines.joined(separator: "\n"), to: "all.jsonl")
        #expect(try quiver("import", quiver.store, "c", file).status == 0)
        // The tail is in memory anyway.
        #expect(try quiver("compact", quiver.store).status == 0)
        let again = try quiver.write(
            lines[..<3_000].joined(separator: "\n"),
            to: "again.jsonl"
        )
        #expect(try quiver("import", quiver.store, "c", again).status == 0)
        #expect(try quiver("alter", quiver.store, "c", "--set-index", ":graph").status == 0)
        let capped = try quiver.peakMemory(of: ["compact", quiver.store, "--memory", "16MiB"])
        #expect(capped < 16 << 20, "\(capped) bytes")
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect((statistics["segments"]?.int ?? 0) > 1)
        #expect(statistics["dead"]?.int == 0 && statistics["unindexedSegments"]?.int == 0)
        let free = try quiver.peakMemory(of: ["compact", quiver.store, "--memory", "1GiB"])
        #expect(free > 16 << 20, "\(free) bytes")
    }
}
