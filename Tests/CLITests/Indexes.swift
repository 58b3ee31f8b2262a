import Foundation
import JSON
import Quiver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(minutesUntilHung))) struct `Every kind of index` {
    private let quiver = CommandLineRun()

    /// Rows in clusters.
    private static let rows: [[Float]] = {
        var random = SplitMix64(seed: 3)
        let centres = (0..<40).map { _ in
            (0..<IndexKind.dimension).map { _ in Float.random(in: -1...1, using: &random) }
        }
        return (0..<1_200).map { row in
            centres[row % 40].map { $0 + Float.random(in: -0.4...0.4, using: &random) }
        }
    }()

    /// A name of an index under a metric.
    struct Case: Sendable, CustomStringConvertible {
        let index: String
        let metric: String
        let recall: Double

        var description: String { "\(index) under \(metric)" }
    }

    /// Every kind under a metric, or each (`drawnCases`).
    private static let cases: [Case] = {
        let kinds = IndexKind.all.filter { !$0.isLabelled }.enumerated().map { place, kind in
            let metrics = [
                kind.l2 == nil ? nil : "l2", kind.dot == nil ? nil : "innerProduct",
                place % 8 == 0 ? "cosine" : nil,
            ]
            return metrics.compactMap { $0 }.map {
                Case(index: kind.factory, metric: $0, recall: IndexKind.recallInCollection)
            }
        }
        return [Case(index: "ivf", metric: "cosine", recall: 0.9)] + drawnCases(of: kinds)
    }()

    @Test(arguments: cases)
    func `is created, filled, searched and verified`(given: Case) throws {
        try quiver.createCollection(
            "--metric",
            given.metric,
            "--index",
            given.index,
            dimension: IndexKind.dimension
        )
        let file = try quiver.writeFBIN(Self.rows, to: "rows.fbin")
        #expect(try quiver("import", quiver.store, "c", file).status == 0)
        // The program itself seals 5,000 rows and more, which for all kinds would take minutes.
        let store = try Store.open(at: quiver.store)
        try store.collection("c").seal()
        store.close()
        // An import of nothing builds what is missing.
        #expect(try quiver("import", quiver.store, "c", "-", input: "").status == 0)
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(statistics["unindexedSegments"] == .integer(0))
        #expect(statistics["segments"] == .integer(1))
        let field = try #require(statistics["vectorFields"]?.array?.first?.object)
        #expect((field["indexBytes"] == .integer(0)) == (given.index == "Flat"))
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
        #expect(truth.count == 20 && truth.allSatisfy { $0.count == 10 })
        let common = zip(found, truth).reduce(0) { $0 + $1.0.intersection($1.1).count }
        #expect(Double(common) >= given.recall * 200, "\(common) of 200")
        #expect(try quiver("verify", quiver.store).status == 0)
    }

    /// Kinds that no collection can have, and those that do not know its metric.
    private static let refused: [Case] = {
        let labelled = IndexKind.all.filter(\.isLabelled).map(\.factory)
        let binary = ["BFlat", "BIVF16", "BIVF16_HNSW8", "BHNSW16", "BHash8", "BHash2x8"]
        let unknown = ["Residual2x8", "ZnLattice3x10_6", "FlatDedup", "PQ0", "IVF0,Flat"]
        let euclidean = IndexKind.all.filter { !$0.isLabelled && $0.dot == nil }.map(\.factory)
        let products = IndexKind.all.filter { !$0.isLabelled && $0.l2 == nil }.map(\.factory)
        return (labelled + binary + unknown + products).map {
            Case(index: $0, metric: "l2", recall: 0)
        } + euclidean.map { Case(index: $0, metric: "innerProduct", recall: 0) }
    }()

    @Test(arguments: refused)
    func `is refused by name where it cannot serve`(given: Case) throws {
        let outcome = try quiver(
            "create",
            quiver.store,
            "c",
            "--dimension",
            "\(IndexKind.dimension)",
            "--metric",
            given.metric,
            "--index",
            given.index
        )
        #expect(outcome.status != 0)
        // As it was written, or in the canonical form.
        let first = given.index.prefix { $0.isLetter }
        #expect(outcome.error.contains(first), "\(outcome.error)")
        #expect(!FileManager.default.fileExists(atPath: quiver.store))
    }

    @Test func `takes settings of a search`() throws {
        try quiver.createCollection("--index", "IVF32,SQ8", dimension: IndexKind.dimension)
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
        try quiver.createCollection(
            "--metric",
            "l2",
            "--index",
            "ivf",
            dimension: IndexKind.dimension
        )
        // More than a tail keeps.
        var rows = (0..<5).flatMap { _ in Self.rows }
        rows[17][0] = 1e16
        let file = try quiver.writeFBIN(rows, to: "rows.fbin")
        let outcome = try quiver("import", quiver.store, "c", file)
        #expect(outcome.status == 0, "\(outcome.error)")
        try quiver.importLines([
            #"{"key":"one more","vector":[\#(Array(repeating: "1", count: IndexKind.dimension).joined(separator: ","))]}"#
        ])
        let statistics = try quiver("stats", quiver.store, "c", "--json").object()
        #expect(statistics["unindexedSegments"] == .integer(0))
        let reason = "row 17 holds a number beyond ±1e+15"
        let segments = try #require(statistics["unindexableSegments"]?.array)
        #expect(segments.count == 1)
        let segment = segments.first?.object
        #expect(segment?["segment"] == .string("0000000000000001"))
        #expect(segment?["documents"] == .integer(6_000))
        #expect(segment?["vectorField"] == .string(""))
        #expect(segment?["reason"] == .string(reason))
        let text = try quiver("stats", quiver.store, "c").output
        #expect(text.contains("  segments  1 (1 compared vector by vector)\n"))
        #expect(
            text.contains("  no index  of 6000 documents in segment 0000000000000001: \(reason)\n")
        )
    }
}
