import Foundation
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Every kind of index` {
    private let quiver = CommandLineRun()

    /// More rows than a tail keeps, in clusters.
    private static let rows: [[Float]] = {
        var random = SplitMix64(seed: 3)
        let centres = (0..<40).map { _ in
            (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
        }
        return (0..<5_200).map { row in
            centres[row % 40].map { $0 + Float.random(in: -0.4...0.4, using: &random) }
        }
    }()

    @Test(
        arguments: [
            "ivf", "Flat", "SQ8", "PQ8x4fs", "LSH", "HNSW8", "HNSW8,SQ8", "NSG16,Flat",
            "IVF32,Flat",
            "IVF32,SQ8", "IVF32,PQ8x4",
            "IVF32,PQ8x4fs,RFlat", "IVF32_HNSW8,SQ8", "OPQ8,IVF32,PQ8x4fs", "RQ4x4",
        ],
        ["l2", "innerProduct", "cosine"]
    )
    func `is created, filled, searched and verified`(index: String, metric: String) throws {
        if index == "LSH", metric == "innerProduct" { return }
        try quiver.createCollection("--metric", metric, "--index", index, dimension: 16)
        let file = try quiver.writeFBIN(Self.rows, to: "rows.fbin")
        #expect(try quiver("import", quiver.store, "c", file).status == 0)
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(statistics["unindexedSegments"] == .integer(0))
        #expect(statistics["segments"] == .integer(1))
        let field = try #require(statistics["vectorFields"]?.array?.first?.object)
        #expect((field["indexBytes"] == .integer(0)) == (index == "Flat"))
        let queries = try quiver.writeFBIN(Array(Self.rows.prefix(20)), to: "q.fbin")
        func keys(_ more: String...) throws -> [Set<String>] {
            let outcome = try quiver.run(
                ["search", quiver.store, "c", "--vectors", queries, "--json"] + more
            )
            #expect(outcome.status == 0)
            return try outcome.values().map { value in
                Set((value.object?["hits"]?.array ?? []).map { "\($0.object?["key"] ?? .null)" })
            }
        }
        let found = try keys()
        let truth = try keys("--exact")
        let common = zip(found, truth).reduce(0) { $0 + $1.0.intersection($1.1).count }
        #expect(common >= (index == "LSH" ? 100 : metric == "innerProduct" ? 130 : 170))
        #expect(try quiver("verify", quiver.store).status == 0)
    }

    @Test func `takes settings of a search`() throws {
        try quiver.createCollection("--index", "IVF32,SQ8", dimension: 16)
        let queries = try quiver.writeFBIN(Array(Self.rows.prefix(2)), to: "q.fbin")
        let base = ["search", quiver.store, "c", "--vectors", queries]
        #expect(try quiver.run(base + ["--nprobe", "8", "--candidates", "4"]).status == 0)
        #expect(try quiver.run(base + ["--nprobe", "0"]).status == 64)
        #expect(try quiver.run(base + ["--candidates", "0.5"]).status == 64)
        #expect(try quiver.run(base + ["--exact", "--nprobe", "8"]).status == 64)
    }

    /// Before there is anything to index, too.
    @Test(arguments: [
        ("graph", ["--nprobe", "8", "--candidates", "7"], "nprobe", "--nprobe"),
        ("automatic", ["--candidates", "7"], "candidateFactor", "--candidates"),
        ("exact", ["--ef-search", "7"], "efSearch", "--ef-search"),
        ("ivf", ["--ef-search", "7"], "efSearch", "--ef-search"),
        ("HNSW8,SQ8", ["--nprobe", "8"], "nprobe", "--nprobe"),
        ("IVF32,Flat", ["--candidates", "7"], "candidateFactor", "--candidates"),
    ])
    func `refuses a setting that it does not have`(
        index: String,
        options: [String],
        setting: String,
        option: String
    ) throws {
        try quiver.createCollection("--index", index, dimension: 16)
        let queries = try quiver.writeFBIN(Array(Self.rows.prefix(2)), to: "q.fbin")
        try quiver.importLines([
            #"{"key":1,"vector":[\#(Array(repeating: "1", count: 16).joined(separator: ","))]}"#
        ])
        for source in [["--vectors", queries], ["--like", "1"]] {
            let outcome = try quiver.run(["search", quiver.store, "c"] + source + options)
            #expect(outcome.status == 64)
            #expect(outcome.output.isEmpty)
            #expect(
                outcome.error
                    == "quiver: an index \"\(index)\" has no \(setting) to be set; leave out \(option)\n"
            )
        }
    }

    @Test func `that cannot be made of some rows leaves them to be compared one by one`() throws {
        try quiver.createCollection("--metric", "l2", "--index", "ivf", dimension: 16)
        var rows = Self.rows
        rows[17][0] = 1e16
        let file = try quiver.writeFBIN(rows, to: "rows.fbin")
        let outcome = try quiver("import", quiver.store, "c", file)
        #expect(outcome.status == 0, "\(outcome.error)")
        try quiver.importLines([
            #"{"key":"one more","vector":[\#(Array(repeating: "1", count: 16).joined(separator: ","))]}"#
        ])
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(statistics["unindexedSegments"] == .integer(0))
        let reason = "row 17 holds a number beyond ±1e+15"
        let segments = try #require(statistics["unindexableSegments"]?.array)
        #expect(segments.count == 1)
        let segment = segments.first?.object
        #expect(segment?["segment"] == .string("0000000000000001"))
        #expect(segment?["documents"] == .integer(5_200))
        #expect(segment?["vectorField"] == .string(""))
        #expect(segment?["reason"] == .string(reason))
        let text = try quiver("stats", quiver.store, "c").output
        #expect(text.contains("  segments  1 (1 compared vector by vector)\n"))
        #expect(
            text.contains("  no index  of 5200 documents in segment 0000000000000001: \(reason)\n")
        )
    }
}
