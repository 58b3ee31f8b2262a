import Indexes
import TestSupport
import Testing

/// Graphs that are walked by sketches of their rows.
@Suite struct `Graphs with sketches` {
    private static let count = 3_000
    private static let dimension = 48

    private func rows(_ metric: Metric, shift: Float = 0) -> StoredRows {
        let vectors = clusteredVectors(count: Self.count, dimension: Self.dimension, seed: 71)
        return StoredRows(
            vectors.map { $0.map { $0 + shift } },
            storage: .float32,
            metric: metric,
            dimension: Self.dimension
        )
    }

    private func queries(_ metric: Metric, shift: Float = 0) -> [Query] {
        clusteredVectors(count: 50, dimension: Self.dimension, seed: 72).map {
            Query($0.map { $0 + shift }, metric: metric)
        }
    }

    /// Version 2 of the format has them.
    private func isSketched(_ graph: StoredGraph) -> Bool { graph.bytes[8] == 2 }

    @Test(arguments: Metric.ofNumbers, [Float(0), 30])
    func `find what graphs without them find`(metric: Metric, shift: Float) throws {
        let graph = try StoredGraph(rows(metric, shift: shift))
        // Rows that all point the same way leave float32 little to tell them by.
        #expect(isSketched(graph) || (metric == .cosine && shift > 0))
        let queries = queries(metric, shift: shift)
        #expect(try graph.recall(at: 10, queries, efSearch: 100) > 0.97)
        for query in queries {
            for neighbour in try graph.search(query, k: 10) {
                // The distance is the row's, not its sketch's.
                let distance = try graph.stored.rows.distance(
                    from: query,
                    to: Int(neighbour.row)
                )
                #expect(neighbour.distance == distance)
            }
        }
    }

    @Test(arguments: Metric.ofNumbers, [0.5, 0.7, 0.9, 0.97])
    func `find what is live`(metric: Metric, deadShare: Double) throws {
        let graph = try StoredGraph(rows(metric))
        var random = SplitMix64(seed: 73)
        var dead = RowSet()
        for row in 0..<UInt32(Self.count)
        where Double.random(in: 0..<1, using: &random) < deadShare { dead.insert(row) }
        let listed = (0..<UInt32(Self.count)).filter { !dead.contains($0) }
        var scratch = GraphSearchScratch()
        var found = 0
        for query in queries(metric) {
            for selecting in [false, true] {
                var nearest = Nearest(k: 10)
                try graph.index.search(
                    graph.stored.rows,
                    query: query,
                    excluding: dead,
                    selecting: selecting,
                    scratch: &scratch,
                    into: &nearest
                )
                var amongListed = Nearest(k: 10)
                try graph.index.search(
                    graph.stored.rows,
                    query: query,
                    excluding: dead,
                    listed: listed,
                    selecting: selecting,
                    scratch: &scratch,
                    into: &amongListed
                )
                #expect(amongListed.sorted() == nearest.sorted())
                let exact = try nearestByBruteForce(
                    graph.stored.rows,
                    query,
                    k: 10,
                    excluding: dead
                ).map(\.row)
                let rows = nearest.sorted().map(\.row)
                #expect(rows.allSatisfy { !dead.contains($0) } && rows.count == 10)
                found += rows.count { exact.contains($0) }
            }
        }
        #expect(found > 960)
    }

    @Test func `are not made where they would mislead, or gain nothing`() throws {
        var vectors = clusteredVectors(count: Self.count, dimension: Self.dimension, seed: 74)
        // One number leaves the others no steps to tell them by.
        for row in vectors.indices { vectors[row][5] = Float(row % 7) * 1e4 }
        let misled = StoredRows(
            vectors,
            storage: .float32,
            metric: .l2,
            dimension: Self.dimension
        )
        #expect(try !isSketched(StoredGraph(misled)))
        for (count, storage, dimension) in [
            (500, Storage.float32, 48), (2_000, .float16, 48), (2_000, .float32, 8),
        ] {
            let stored = StoredRows(
                clusteredVectors(count: count, dimension: dimension, seed: 75),
                storage: storage,
                metric: .l2,
                dimension: dimension
            )
            #expect(try !isSketched(StoredGraph(stored)), "\(count), \(storage), \(dimension)")
        }
    }

    @Test func `are searched in bounds whatever the sketches are`() throws {
        let graph = try StoredGraph(rows(.cosine))
        var random = SplitMix64(seed: UInt64.random(in: 0...UInt64.max))
        let seed = random
        let sketches = graph.bytes.count - Self.count * (Self.dimension + 4) - 512
        for _ in 0..<40 {
            var bytes = graph.bytes
            for _ in 0..<200 {
                let place = Int.random(in: sketches..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let memory = UnsafeMutableRawBufferPointer.allocate(
                byteCount: bytes.count,
                alignment: 64
            )
            defer { memory.deallocate() }
            memory.copyBytes(from: bytes)
            guard
                let index = try? GraphIndex(
                    validating: UnsafeRawBufferPointer(memory),
                    rowCount: Self.count
                )
            else { continue }
            var scratch = GraphSearchScratch()
            for query in queries(.cosine).prefix(5) {
                var nearest = Nearest(k: 10)
                try index.search(
                    graph.stored.rows,
                    query: query,
                    scratch: &scratch,
                    into: &nearest
                )
                #expect(nearest.count == 10, "\(seed)")
            }
        }
    }
}
