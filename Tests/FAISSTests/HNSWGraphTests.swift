import CKernels
import FAISS
import TestSupport
import Testing

@Suite struct `A graph over borrowed rows` {
    static let rows = ClusteredRows(count: 2_000, dimension: 24, seed: 7)

    @Test(arguments: [Storage.float32, .float16, .int8], [QK_L2, QK_INNER_PRODUCT, QK_COSINE])
    func `leads to the nearest rows`(storage: Storage, metric: Int32) throws {
        let stored = StoredRows(Self.rows, as: storage)
        let queries = ClusteredRows(count: 20, dimension: 24, seed: 8)
        let graph = try stored.withRows(metric: metric) { rows throws(FAISSError) in
            try HNSWGraph.build(rows: rows, M: 16, efConstruction: 100, seed: 1)
        }
        var found = 0
        for query in 0..<queries.count {
            let distance = { row in stored.distance(from: queries[query], to: row, metric: metric) }
            let exact = (0..<stored.count).map { ($0, distance($0)) }.sorted { $0.1 < $1.1 }.prefix(
                10
            )
            let walked = walk(graph, k: 10, efSearch: 64, distance)
            found += Set(exact.map(\.0)).intersection(walked).count
        }
        #expect(found >= 190, "recall@10 is \(Double(found) / 200)")
    }

    @Test func `has links that stay inside it and on their level`() throws {
        let graph = try build(Self.rows, seed: 3)
        let levels = graph.withLevels { levels in levels.indices.map { levels[$0] } }
        #expect(levels.count == 2_000)
        #expect(Int(levels.max() ?? 0) - 1 == graph.maximumLevel)
        #expect(Int(levels[Int(graph.entryPoint)]) - 1 == graph.maximumLevel)
        for row in 0..<graph.count {
            for level in 0..<Int(levels[row]) {
                graph.withNeighbors(of: row, level: level) { neighbors in
                    #expect(neighbors.count <= (level == 0 ? 32 : 16))
                    for i in neighbors.indices {
                        #expect(Int(neighbors[i]) != row)
                        #expect(
                            0..<2_000 ~= Int(neighbors[i]) && Int(levels[Int(neighbors[i])]) > level
                        )
                    }
                }
            }
            #expect(graph.withNeighbors(of: row, level: Int(levels[row])) { $0.count } == 0)
        }
        let last = graph.withOffsets { $0[2_000] }
        #expect(graph.withNeighbors { $0.count } == Int(last))
    }

    @Test func `is the same for the same seed and another for another`() throws {
        let first = Links(of: try build(Self.rows, seed: 5))
        #expect(Links(of: try build(Self.rows, seed: 5)) == first)
        #expect(Links(of: try build(Self.rows, seed: 6)) != first)
        #expect(Links(of: try build(Self.rows, seed: 5 << 32)) != first)
    }

    @Test(arguments: [Storage.float32, .float16, .int8], [QK_L2, QK_INNER_PRODUCT, QK_COSINE])
    func `is the same on any number of threads`(storage: Storage, metric: Int32) throws {
        let stored = StoredRows(Self.rows, as: storage)
        let graphs = try [1, 2, 3, 7].map { threadCount in
            try stored.withRows(metric: metric) { rows throws(FAISSError) in
                try HNSWGraph.build(
                    rows: rows,
                    M: 8,
                    efConstruction: 40,
                    seed: 2,
                    threadCount: threadCount
                )
            }
        }.map { Links(of: $0) }
        #expect(graphs.allSatisfy { $0 == graphs[0] })
    }

    @Test func `tells how far it is and stops when told to`() throws {
        var told: [Int] = []
        _ = try build(Self.rows, seed: 1) {
            told.append($0); return true
        }
        #expect(told == [1_024, 2_000])
        #expect(throws: FAISSError.cancelled) {
            _ = try build(Self.rows, seed: 1) { _ in false }
        }
    }

    @Test(arguments: [0, 1, 2])
    func `may have no row or few`(count: Int) throws {
        let graph = try build(ClusteredRows(count: count, dimension: 3, seed: 1), seed: 1)
        #expect(graph.count == count)
        #expect((graph.entryPoint == -1) == (count == 0))
        #expect((graph.maximumLevel == -1) == (count == 0))
        #expect(graph.withOffsets { $0.count } == count + 1)
        if count == 2 {
            #expect(graph.withNeighbors(of: 0, level: 0) { $0[0] } == 1)
        }
    }

    @Test func `keeps to its distinct rows among equal ones`() throws {
        let same = ClusteredRows(count: 500, dimension: 4, clusters: 1, spread: 0, seed: 1)
        #expect(try build(same, seed: 1).count == 500)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `refuses a row that is not finite and names it`(value: Float) {
        var values = Self.rows.values
        values[24 * 1_234 + 5] = value
        #expect(throws: FAISSError.notFinite(row: 1_234)) {
            try withRows(values, dimension: 24) {
                _ = try HNSWGraph.build(rows: $0, M: 8, efConstruction: 40, seed: 1)
            }
        }
    }

    @Test func `refuses settings out of range by name`() {
        func error(
            _ change: (inout qk_rows) -> Void = { _ in },
            M: Int = 8,
            efConstruction: Int = 40
        ) -> FAISSError? {
            #expect(throws: FAISSError.self) {
                try withRows([1, 2, 3, 4], dimension: 2) { rows in
                    var rows = rows
                    change(&rows)
                    _ = try HNSWGraph.build(
                        rows: rows,
                        M: M,
                        efConstruction: efConstruction,
                        seed: 1
                    )
                }
            }
        }
        #expect(error(M: 1) == .outOfRange(parameter: "M", allowed: 2...512, found: 1))
        #expect(error(M: 513) == .outOfRange(parameter: "M", allowed: 2...512, found: 513))
        #expect(
            error(efConstruction: 0)
                == .outOfRange(parameter: "efConstruction", allowed: 1...65_536, found: 0)
        )
        #expect(
            error({ $0.dimension = 0 })
                == .outOfRange(parameter: "dimension", allowed: 1...65_536, found: 0)
        )
        #expect(
            error({ $0.storage = 9 }) == .outOfRange(parameter: "storage", allowed: 0...3, found: 9)
        )
        #expect(
            error({ $0.metric = 9 }) == .outOfRange(parameter: "metric", allowed: 0...3, found: 9)
        )
        #expect(error({ $0.metric = UInt8(QK_COSINE) }) == .incompleteRows(missing: "norms"))
        #expect(error({ $0.storage = UInt8(QK_INT8) }) == .incompleteRows(missing: "scales"))
        #expect(error({ $0.values = nil }) == .incompleteRows(missing: "values"))
        #expect(
            error({ $0.count = 1 << 31 })
                == .tooManyRows(limit: 2_147_483_647, found: 2_147_483_648)
        )
    }
}

private func build(
    _ rows: ClusteredRows,
    seed: UInt64,
    progress: (Int) -> Bool = { _ in true }
) throws(FAISSError) -> HNSWGraph {
    try withRows(rows.values, dimension: rows.dimension) { rows throws(FAISSError) in
        try HNSWGraph.build(rows: rows, M: 16, efConstruction: 60, seed: seed, progress: progress)
    }
}

/// Everything in a graph, to compare two.
private struct Links: Equatable {
    let entryPoint: Int32
    let levels: [Int32]
    let offsets: [UInt64]
    let neighbors: [Int32]

    init(of graph: HNSWGraph) {
        entryPoint = graph.entryPoint
        levels = graph.withLevels { span in span.indices.map { span[$0] } }
        offsets = graph.withOffsets { span in span.indices.map { span[$0] } }
        neighbors = graph.withNeighbors { span in span.indices.map { span[$0] } }
    }
}

/// The search of the paper's section 4, as plain as can be: greedy above level 0, best first on it.
private func walk(
    _ graph: HNSWGraph,
    k: Int,
    efSearch: Int,
    _ distance: (Int) -> Float
) -> [Int] {
    var nearest = (row: Int(graph.entryPoint), distance: distance(Int(graph.entryPoint)))
    for level in stride(from: graph.maximumLevel, to: 0, by: -1) {
        var moved = true
        while moved {
            moved = false
            for row in neighbors(graph, of: nearest.row, level: level)
            where distance(row) < nearest.distance {
                nearest = (row, distance(row))
                moved = true
            }
        }
    }
    var seen: Set = [nearest.row]
    var candidates = [nearest]
    var best = [nearest]
    while let next = candidates.first {
        candidates.removeFirst()
        if best.count >= efSearch, let worst = best.last, next.distance > worst.distance { break }
        for row in neighbors(graph, of: next.row, level: 0) where seen.insert(row).inserted {
            let found = (row: row, distance: distance(row))
            if best.count >= efSearch, let worst = best.last, found.distance >= worst.distance {
                continue
            }
            best.insert(found, at: best.firstIndex { $0.distance > found.distance } ?? best.count)
            if best.count > efSearch { best.removeLast() }
            candidates.insert(
                found,
                at: candidates.firstIndex { $0.distance > found.distance } ?? candidates.count
            )
        }
    }
    return best.prefix(k).map(\.row)
}

private func neighbors(_ graph: HNSWGraph, of row: Int, level: Int) -> [Int] {
    graph.withNeighbors(of: row, level: level) { span in span.indices.map { Int(span[$0]) } }
}
