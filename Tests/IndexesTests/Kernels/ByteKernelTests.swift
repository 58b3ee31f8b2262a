import CKernels
import TestSupport
import Testing

/// The instruction sets that this machine can run.
private let kernels: [(name: String, table: qk_sq8_kernels)] = [
    ("portable", QK_SIMD_PORTABLE), ("neon", QK_SIMD_NEON), ("avx2", QK_SIMD_AVX2),
    ("avx512", QK_SIMD_AVX512),
].compactMap { name, simd in
    qk_sq8_kernels_of(simd).map { (name, $0.pointee) }
}

/// Rows of bytes, how they decode, and a query.
private struct ByteRows {
    let dimension: Int
    let count: Int
    let base: [Float]
    let step: [Float]
    let query: [Float]
    /// Starts at an odd address inside, so that no kernel can count on an alignment.
    let codes: [UInt8]

    init(dimension: Int, count: Int, _ random: inout SplitMix64) {
        self.dimension = dimension
        self.count = count
        base = (0..<dimension).map { _ in Float.random(in: -2...2, using: &random) }
        step = (0..<dimension).map { $0 % 7 == 3 ? 0 : Float.random(in: 0...0.01, using: &random) }
        query = (0..<dimension).map {
            $0 % 5 == 2 ? -0.0 : Float.random(in: -2...2, using: &random)
        }
        codes = (0..<1 + count * dimension).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    func value(_ row: Int, _ i: Int) -> Double {
        Double(base[i]) + Double(step[i]) * Double(codes[1 + row * dimension + i])
    }

    /// The distance in double precision, and the size of its terms.
    func reference(_ metric: Int32, _ x: (Int) -> Double, _ y: (Int) -> Double)
        -> (distance: Double, size: Double)
    {
        var distance = 0.0
        var size = 1.0
        for i in 0..<dimension {
            let term = metric == QK_L2 ? (x(i) - y(i)) * (x(i) - y(i)) : -x(i) * y(i)
            distance += term
            size += abs(x(i)) * abs(y(i)) + x(i) * x(i) + y(i) * y(i)
        }
        return (distance, size)
    }
}

@Suite struct `Kernels over rows of bytes` {
    @Test(arguments: [QK_L2, QK_INNER_PRODUCT])
    func `agree with double precision for every length`(metric: Int32) {
        var random = SplitMix64(seed: 31)
        for dimension in 1...257 {
            let rows = ByteRows(dimension: dimension, count: 7, &random)
            var memory = [Float](repeating: .nan, count: qk_sq8_query_floats(UInt32(dimension)))
            rows.codes.withUnsafeBufferPointer { bytes in
                guard let codes = bytes.baseAddress.map({ $0 + 1 }) else { return }
                rows.base.withUnsafeBufferPointer { base in
                    rows.step.withUnsafeBufferPointer { step in
                        memory.withUnsafeMutableBufferPointer { memory in
                            var decoder = qk_sq8(
                                base: base.baseAddress,
                                step: step.baseAddress,
                                dimension: UInt32(dimension),
                                metric: UInt8(metric)
                            )
                            var query = qk_sq8_prepare(&decoder, rows.query, memory.baseAddress)
                            check(rows, metric, &decoder, &query, codes)
                        }
                    }
                }
            }
        }
    }

    private func check(
        _ rows: ByteRows,
        _ metric: Int32,
        _ decoder: inout qk_sq8,
        _ query: inout qk_sq8_query,
        _ codes: UnsafePointer<UInt8>
    ) {
        let order: [UInt32] = [6, 0, 3, 3, 1, 5, 2, 4, 6]
        for (name, table) in kernels {
            var range = [Float](repeating: .nan, count: rows.count)
            var gathered = [Float](repeating: .nan, count: order.count)
            table.range(&query, codes, rows.count, &range)
            table.gathered(&query, codes, order, order.count, &gathered)
            #expect(gathered == order.map { range[Int($0)] }, "\(name) \(rows.dimension)")
            for row in 0..<rows.count {
                let code = codes + row * rows.dimension
                #expect(table.one(&query, code) == range[row])
                let expected = rows.reference(metric) {
                    Double(rows.query[$0])
                } _: {
                    rows.value(row, $0)
                }
                // Terms and sums are rounded to 24 bits a few times each.
                #expect(
                    abs(Double(range[row]) - expected.distance) <= 1e-6 * expected.size,
                    "\(name) \(rows.dimension) \(row)"
                )
                let between = rows.reference(metric) {
                    rows.value(0, $0)
                } _: {
                    rows.value(row, $0)
                }
                #expect(
                    abs(Double(table.pair(&decoder, codes, code)) - between.distance)
                        <= 1e-6 * between.size,
                    "\(name) \(rows.dimension) \(row)"
                )
            }
        }
    }

    @Test func `decode a row`() {
        var random = SplitMix64(seed: 32)
        let rows = ByteRows(dimension: 19, count: 2, &random)
        var found = [Float](repeating: .nan, count: 19)
        rows.base.withUnsafeBufferPointer { base in
            rows.step.withUnsafeBufferPointer { step in
                var decoder = qk_sq8(
                    base: base.baseAddress,
                    step: step.baseAddress,
                    dimension: 19,
                    metric: UInt8(QK_L2)
                )
                qk_sq8_decode(&decoder, Array(rows.codes[20...]), &found)
            }
        }
        for (i, value) in found.enumerated() {
            #expect(abs(Double(value) - rows.value(1, i)) <= 1e-6)
        }
    }
}
