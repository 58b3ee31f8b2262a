import CKernels
import Indexes
import TestSupport
import Testing

/// The instruction sets that this machine can run.
private let kernels: [(name: String, table: qk_distance_kernels)] = [
    ("portable", QK_SIMD_PORTABLE), ("neon", QK_SIMD_NEON), ("avx2", QK_SIMD_AVX2),
    ("avx512", QK_SIMD_AVX512),
].compactMap { name, simd in
    qk_distance_kernels_of(simd).map { (name, $0.pointee) }
}

/// Numbers with every awkward kind among them: ±0, subnormals of float32 and of float16.
private func awkwardVector(_ dimension: Int, _ random: inout SplitMix64) -> [Float] {
    (0..<dimension).map { _ in
        switch UInt8.random(in: 0..<12, using: &random) {
        case 0: 0
        case 1: -0.0
        case 2:
            Float.random(in: -1...1, using: &random) * Float.leastNormalMagnitude
        case 3: Float.random(in: -5e-8...5e-8, using: &random)
        default: Float.random(in: -2...2, using: &random)
        }
    }
}

/// The distance in double precision, and the size of the terms, which says how far rounding may lead.
private func reference(
    _ query: [Float],
    _ row: [Float],
    _ metric: Metric
) -> (distance: Double, size: Double) {
    var dot = 0.0
    var squares = 0.0
    var size = 0.0
    for (x, y) in zip(query, row) {
        let x = Double(x)
        let y = Double(y)
        dot += x * y
        squares += (x - y) * (x - y)
        size += abs(x * y)
    }
    switch metric {
    case .l2: return (squares, squares)
    case .innerProduct: return (-dot, size)
    case .cosine:
        let norms = Double(qk_norm(query, query.count)) * Double(qk_norm(row, row.count))
        return norms == 0 ? (0, 0) : (-dot / norms, size / norms)
    case .hamming: return (squares, squares)
    }
}

/// What Indexes relies on, through the module as it is built. Tests/Kernels compares each instruction set's
/// kernels with the others', and goes to the edges of memory and of numbers.
@Suite struct `Distance kernels` {
    @Test(arguments: Storage.ofNumbers, Metric.ofNumbers)
    func `agree with double precision from any start`(
        storage: Storage,
        metric: Metric
    ) {
        var random = SplitMix64(seed: 11)
        for dimension in [1, 2, 7, 16, 33, 100, 257, 384, 785] {
            let stored = StoredRows(
                (0..<3).map { _ in awkwardVector(dimension, &random) },
                storage: storage,
                metric: metric,
                dimension: dimension,
                shift: dimension % 4
            )
            // A query that starts at an odd multiple of four bytes.
            let shifted = awkwardVector(dimension + 1, &random)
            let query = Array(shifted.dropFirst())
            let decoded = stored.decoded
            var view = stored.rows.view
            shifted.withUnsafeBufferPointer { shifted in
                guard let start = shifted.baseAddress else { return }
                let norm = qk_norm(start + 1, dimension)
                for (name, kernel) in kernels {
                    var found = [Float](repeating: .nan, count: 3)
                    kernel.range(&view, start + 1, norm, 0, 3, &found)
                    for row in 0..<3 {
                        let expected = reference(query, decoded[row], metric)
                        // Rounding of at most 40 sums in a row, each off by 2^-24 of the size; int8 rows
                        // are decoded with one rounding more than the kernel makes.
                        let tolerance = 4e-6 * expected.size + (storage == .int8 ? 1e-6 : 1e-30)
                        #expect(
                            abs(Double(found[row]) - expected.distance) <= tolerance,
                            "\(name), dimension \(dimension), row \(row)"
                        )
                    }
                }
            }
        }
    }

    @Test(arguments: [8, 16, 64, 72, 256, 264, 1_000, 4_096])
    func `count the bits that differ from every entry point`(dimension: Int) {
        let stored = StoredRows(
            clusteredBits(count: 23, dimension: dimension, seed: 41),
            storage: .binary,
            metric: .hamming,
            dimension: dimension
        )
        let decoded = stored.decoded
        #expect(decoded == clusteredBits(count: 23, dimension: dimension, seed: 41))
        let queries = clusteredBits(count: 3, dimension: dimension, seed: 42)
        func apart(_ one: [Float], _ other: [Float]) -> Float {
            Float(zip(one, other).count { $0 != $1 })
        }
        var view = stored.rows.view
        let order: [UInt32] = [22, 0, 3, 3, 7, 1, 2, 4, 6, 5, 12, 9]
        var batch = [Float](repeating: .nan, count: 3 * 20)
        qk_distances_batch(&view, queries.flatMap(\.self), [1, 1, 1], 3, 2, 20, &batch)
        for (place, query) in queries.enumerated() {
            #expect(
                Array(batch[(place * 20)..<((place + 1) * 20)])
                    == (2..<22).map { apart(query, decoded[$0]) }
            )
            var gathered = [Float](repeating: .nan, count: order.count)
            qk_distances(&view, query, 1, order, order.count, &gathered)
            #expect(gathered == order.map { apart(query, decoded[Int($0)]) })
            var range = [Float](repeating: .nan, count: 22)
            qk_distances_range(&view, query, 1, 1, 22, &range)
            #expect(range == (1..<23).map { apart(query, decoded[$0]) })
            #expect(qk_distance(&view, query, 1, 4) == apart(query, decoded[4]))
        }
        var gathered = [Float](repeating: .nan, count: order.count)
        qk_row_distances(&view, 5, order, order.count, &gathered)
        #expect(gathered == order.map { apart(decoded[5], decoded[Int($0)]) })
        #expect(qk_row_distance(&view, 3, 8) == apart(decoded[3], decoded[8]))
    }

    @Test(arguments: Storage.ofNumbers, Metric.ofNumbers)
    func `give the same bits from every entry point`(storage: Storage, metric: Metric) {
        var random = SplitMix64(seed: 12)
        for dimension in [1, 7, 16, 33, 100, 384, 385] {
            let stored = StoredRows(
                (0..<9).map { _ in awkwardVector(dimension, &random) },
                storage: storage,
                metric: metric,
                dimension: dimension
            )
            let query = awkwardVector(dimension, &random)
            let norm = qk_norm(query, dimension)
            var view = stored.rows.view
            var scanned = [Float](repeating: .nan, count: 9)
            qk_distances_range(&view, query, norm, 0, 9, &scanned)
            let order: [UInt32] = [8, 0, 3, 3, 7, 1, 2, 4, 6, 5]
            var gathered = [Float](repeating: .nan, count: order.count)
            qk_distances(&view, query, norm, order, order.count, &gathered)
            for (place, row) in order.enumerated() {
                let one = qk_distance(&view, query, norm, UInt64(row))
                #expect(one.bitPattern == scanned[Int(row)].bitPattern)
                #expect(one.bitPattern == gathered[place].bitPattern)
            }
            qk_row_distances(&view, 4, order, order.count, &gathered)
            for (place, row) in order.enumerated() {
                let pair = qk_row_distance(&view, 4, UInt64(row))
                #expect(pair.bitPattern == gathered[place].bitPattern)
            }
            let batch = (0..<7).flatMap { $0 == 5 ? query : awkwardVector(dimension, &random) }
            let norms = [Float](repeating: norm, count: 7)
            for (name, kernel) in kernels {
                var together = [Float](repeating: .nan, count: 7 * 9)
                kernel.batch(&view, batch, norms, 7, 0, 9, &together)
                for place in 0..<7 {
                    let member = Array(batch[place * dimension..<(place + 1) * dimension])
                    var alone = [Float](repeating: .nan, count: 9)
                    kernel.range(&view, member, norm, 0, 9, &alone)
                    #expect(
                        together[place * 9..<place * 9 + 9].map(\.bitPattern)
                            == alone.map(\.bitPattern),
                        "\(name) \(dimension)"
                    )
                }
            }
            var tail = [Float](repeating: .nan, count: 4)
            qk_distances_range(&view, query, norm, 5, 4, &tail)
            #expect(tail.map(\.bitPattern) == scanned[5...].map(\.bitPattern))
        }
    }

    @Test func `of this process are named`() {
        #expect(["avx512", "avx2", "neon", "portable"].contains(String(cString: qk_simd_name())))
    }
}
