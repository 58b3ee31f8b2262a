import CKernels
import TestSupport
import Testing

/// The instruction sets that this machine can run.
private let kernels: [(name: String, table: qk_scan_kernels)] = [
    ("portable", QK_SIMD_PORTABLE), ("avx2", QK_SIMD_AVX2), ("avx512", QK_SIMD_AVX512),
].compactMap { name, simd in
    qk_scan_at(simd).map { (name, $0.pointee) }
}

/// Rows at a stride, their offsets, and one packed panel of queries.
private struct Panel {
    let dimension: Int
    let stride: Int
    let rowCount: Int
    let queryCount: Int
    let rows: [Float]
    let offsets: [Float]
    let queries: [Float]
    let packed: [Float]

    init(
        _ kernels: qk_scan_kernels,
        dimension: Int,
        rowCount: Int,
        queryCount: Int,
        _ random: inout SplitMix64
    ) {
        func numbers(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float.random(in: -2...2, using: &random) }
        }
        self.dimension = dimension
        self.rowCount = rowCount
        self.queryCount = queryCount
        stride = dimension + 3
        rows = numbers(rowCount * stride)
        offsets = numbers(rowCount)
        let queries = numbers(queryCount * dimension)
        var packed = [Float](repeating: .nan, count: dimension * kernels.panel_width)
        kernels.pack(queries, queryCount, dimension, &packed)
        self.queries = queries
        self.packed = packed
    }

    func value(_ query: Int, _ row: Int) -> Double {
        var sum = -Double(offsets[row])
        for i in 0..<dimension {
            sum += Double(queries[query * dimension + i]) * Double(rows[row * stride + i])
        }
        return sum
    }

    /// Sums of `dimension` terms of size 4 at most.
    var tolerance: Double { Double(dimension + 2) * Double(dimension + 2) * 4 * 0x1p-23 }

    func withBlock<Result>(_ body: (UnsafePointer<qk_scan_block>) -> Result) -> Result {
        rows.withUnsafeBufferPointer { rows in
            offsets.withUnsafeBufferPointer { offsets in
                var block = qk_scan_block()
                block.rows = rows.baseAddress
                block.stride = stride
                block.count = rowCount
                block.offsets = offsets.baseAddress
                block.ahead = UnsafeRawPointer(rows.baseAddress)
                block.ahead_byte_count = rows.count * 4
                return body(&block)
            }
        }
    }
}

@Suite struct `Kernels that scan rows for a panel of queries` {
    @Test func `report the pairs that reach their limits`() {
        var random = SplitMix64(seed: 41)
        for (name, table) in kernels {
            for dimension in 1...257 {
                let rowCount = [57, 1, 3, 14, 29][dimension % 5]
                for queryCount in [dimension % table.panel_width + 1, table.panel_width] {
                    let panel = Panel(
                        table,
                        dimension: dimension,
                        rowCount: rowCount,
                        queryCount: queryCount,
                        &random
                    )
                    let limits = (0..<queryCount).map { _ in
                        Float.random(in: -9...9, using: &random)
                    }
                    var hits = [qk_scan_hit](repeating: qk_scan_hit(), count: rowCount * queryCount)
                    let count = panel.withBlock {
                        table.reaching($0, panel.packed, queryCount, dimension, limits, &hits)
                    }
                    let found = Set(hits[..<count].map { [Int($0.query), Int($0.row)] })
                    #expect(found.count == count)
                    for query in 0..<queryCount {
                        for row in 0..<rowCount {
                            let above = panel.value(query, row) - Double(limits[query])
                            guard abs(above) > panel.tolerance else { continue }
                            #expect(found.contains([query, row]) == (above > 0), "\(name)")
                        }
                    }
                }
            }
        }
    }

    @Test func `let NaN through`() {
        for (name, table) in kernels {
            let rows: [Float] = [.infinity, 1]
            let offsets: [Float] = [0, 0]
            var packed = [Float](repeating: 0, count: table.panel_width)
            table.pack([0], 1, 1, &packed)
            var hits = [qk_scan_hit](repeating: qk_scan_hit(), count: 2)
            var block = qk_scan_block()
            let count = rows.withUnsafeBufferPointer { rows in
                offsets.withUnsafeBufferPointer { offsets in
                    block.rows = rows.baseAddress
                    block.stride = 1
                    block.count = 2
                    block.offsets = offsets.baseAddress
                    return table.reaching(&block, packed, 1, 1, [5], &hits)
                }
            }
            #expect(count == 1 && hits[0].row == 0, "\(name)")
        }
    }

    @Test func `find the largest, of equals the first`() {
        var random = SplitMix64(seed: 42)
        for (name, table) in kernels {
            for (dimension, rowCount) in [(1, 1), (3, 40), (33, 31)] {
                let queryCount = table.panel_width - 1
                let panel = Panel(
                    table,
                    dimension: dimension,
                    rowCount: rowCount,
                    queryCount: queryCount,
                    &random
                )
                var values = [Float](repeating: -.greatestFiniteMagnitude, count: queryCount)
                var rows = [UInt32](repeating: 77, count: queryCount)
                for firstRow: UInt32 in [100, 500] {
                    // The second time all values are equal to those held.
                    panel.withBlock {
                        table.largest(
                            $0,
                            panel.packed,
                            queryCount,
                            dimension,
                            firstRow,
                            &values,
                            &rows
                        )
                    }
                }
                for query in 0..<queryCount {
                    let best = (0..<rowCount).map { panel.value(query, $0) }.max() ?? 0
                    #expect(abs(Double(values[query]) - best) <= panel.tolerance, "\(name)")
                    let row = Int(rows[query]) - 100
                    #expect((0..<rowCount).contains(row), "\(name)")
                    #expect(abs(panel.value(query, row) - best) <= 2 * panel.tolerance, "\(name)")
                }
            }
        }
    }

    @Test func `sum half the squares of a row`() {
        var random = SplitMix64(seed: 43)
        for (name, table) in kernels {
            for dimension in 1...257 {
                let rows = (0..<3 * dimension).map { _ in Float.random(in: -2...2, using: &random) }
                var halves = [Float](repeating: .nan, count: 3)
                table.half_norms(rows, dimension, 3, dimension, &halves)
                for row in 0..<3 {
                    let squares = rows[row * dimension..<(row + 1) * dimension]
                        .reduce(0.0) { $0 + Double($1) * Double($1) }
                    #expect(
                        abs(Double(halves[row]) - squares / 2) < 1e-5 * (1 + squares),
                        "\(name)"
                    )
                }
            }
        }
    }
}
