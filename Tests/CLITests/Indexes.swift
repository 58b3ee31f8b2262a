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
        #expect(
            try quiver.run(base + ["--nprobe", "8", "--candidates", "4", "--ef-search", "90"])
                .status == 0
        )
        #expect(try quiver.run(base + ["--nprobe", "0"]).status == 64)
        #expect(try quiver.run(base + ["--candidates", "0.5"]).status == 64)
        #expect(try quiver.run(base + ["--exact", "--nprobe", "8"]).status == 64)
    }
}
