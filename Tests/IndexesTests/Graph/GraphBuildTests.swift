import Indexes
import TestSupport
import Testing

@Suite struct `Building a graph` {
    private func rows(_ count: Int, seed: UInt64 = 71) -> StoredRows {
        StoredRows(
            clusteredVectors(count: count, dimension: 16, seed: seed),
            storage: .float32,
            metric: .l2,
            dimension: 16
        )
    }

    @Test func `gives the same bytes for the same input, others for another seed`() throws {
        let stored = rows(1_500)
        let parameters = GraphParameters(M: 8, efConstruction: 40, seed: 5)
        let first = try GraphIndex.build(rows: stored.rows, parameters: parameters)
        #expect(first == (try GraphIndex.build(rows: stored.rows, parameters: parameters)))
        let other = GraphParameters(M: 8, efConstruction: 40, seed: 6)
        #expect(first != (try GraphIndex.build(rows: stored.rows, parameters: other)))
    }

    @Test(arguments: Storage.ofNumbers, Metric.ofNumbers)
    func `gives the same bytes on any number of threads`(storage: Storage, metric: Metric) throws {
        let stored = StoredRows(
            clusteredVectors(count: 2_500, dimension: 16, seed: 72),
            storage: storage,
            metric: metric,
            dimension: 16
        )
        let parameters = GraphParameters(M: 8, efConstruction: 40)
        let graphs = try [1, 2, 5].map {
            try GraphIndex.build(rows: stored.rows, parameters: parameters, threadCount: $0)
        }
        #expect(Set(graphs).count == 1)
    }

    @Test func `keeps its parameters in the bytes and says what they cost`() throws {
        let parameters = GraphParameters(M: 12, efConstruction: 33, seed: .max)
        let graph = try StoredGraph(rows(400), parameters)
        #expect(graph.index.parameters == parameters)
        #expect(graph.index.rowCount == 400)
        #expect(graph.index.cost.byteCount == graph.bytes.count)
        #expect(graph.index.cost.byteCount >= 400 * 2 * 12 * 4)
    }

    @Test func `tells its progress and stops when told to`() throws {
        let stored = rows(3_000)
        var told: [Int] = []
        _ = try GraphIndex.build(rows: stored.rows) {
            told.append($0)
            return true
        }
        #expect(told.last == 3_000)
        #expect(told == told.sorted())
        #expect(throws: IndexError.cancelled) {
            try GraphIndex.build(rows: stored.rows) { $0 < 2_000 }
        }
    }

    @Test func `refuses parameters out of range`() {
        let stored = rows(10)
        #expect(throws: IndexError.parameter(name: "M", allowed: 2...512, found: 1)) {
            try GraphIndex.build(rows: stored.rows, parameters: GraphParameters(M: 1))
        }
        #expect(
            throws: IndexError.parameter(name: "efConstruction", allowed: 1...65_536, found: 0)
        ) {
            try GraphIndex.build(rows: stored.rows, parameters: GraphParameters(efConstruction: 0))
        }
    }

    @Test func `connects rows that insertion left alone`() throws {
        let stored = rows(300)
        // Rings of ten rows, none linked with another.
        var links = GraphLinks(rowCount: 300, M: 2)
        links.entryPoint = 17
        for row in 0..<300 {
            for step in 0..<4 {
                links.base[row * 4 + step] = UInt32(row / 10 * 10 + (row + step + 1) % 10)
            }
        }
        try links.connect(stored.rows)
        var reached: Set<UInt32> = [17]
        var waiting: [UInt32] = [17]
        while let row = waiting.popLast() {
            for link in links.base[Int(row) * 4..<Int(row) * 4 + 4]
            where link != GraphLinks.none && reached.insert(link).inserted {
                waiting.append(link)
            }
        }
        #expect(reached.count == 300)
    }
}
