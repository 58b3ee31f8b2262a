import CKernels
import TestSupport
import Testing

/// The instruction sets that this machine can run.
private let kernels: [(name: String, table: qk_pq4_kernels)] = [
    ("portable", QK_SIMD_PORTABLE), ("neon", QK_SIMD_NEON), ("avx2", QK_SIMD_AVX2),
    ("avx512", QK_SIMD_AVX512),
].compactMap { name, simd in
    qk_pq4_kernels_of(simd).map { (name, $0.pointee) }
}

@Suite struct `Fast scan kernels` {
    @Test(arguments: [QK_L2, QK_INNER_PRODUCT])
    func `measure every centroid`(metric: Int32) {
        var random = SplitMix64(seed: 41)
        for parts in [1, 2, 5] {
            for width in 1...19 {
                let query = (0..<parts * width).map { _ in Float.random(in: -2...2, using: &random)
                }
                let centroids = (0..<parts * 16 * width).map { _ in
                    Float.random(in: -2...2, using: &random)
                }
                for (name, table) in kernels {
                    var found = [Float](repeating: .nan, count: parts * 16)
                    table.tables(UInt8(metric), query, centroids, parts, width, &found)
                    for part in 0..<parts {
                        for code in 0..<16 {
                            var expected = 0.0
                            var size = 0.0
                            for i in 0..<width {
                                let x = Double(query[part * width + i])
                                let y = Double(centroids[(part * 16 + code) * width + i])
                                expected += metric == QK_L2 ? (x - y) * (x - y) : -x * y
                                size += (abs(x) + abs(y)) * (abs(x) + abs(y))
                            }
                            let distance = Double(found[part * 16 + code])
                            #expect(abs(distance - expected) <= 1e-6 * size, "\(name) \(width)")
                        }
                    }
                }
            }
        }
    }

    @Test func `round tables to the nearest step`() {
        var random = SplitMix64(seed: 42)
        for parts in [1, 2, 3, 64, 300, 1001] {
            let tables = (0..<parts * 16).map { _ in Float.random(in: -1...3, using: &random) }
            for (name, table) in kernels {
                let padded = (parts + 1) / 2 * 2
                var bytes = [UInt8](repeating: 99, count: padded * 16)
                let scale = table.quantize(tables, parts, &bytes)
                var largest = 0
                var least = Float(0)
                for part in 0..<parts {
                    let values = tables[part * 16..<(part + 1) * 16]
                    let low = values.min() ?? 0
                    least += low
                    for (value, byte) in zip(values, bytes[(part * 16)...]) {
                        let back = low + Float(byte) * scale.step
                        #expect(abs(back - value) <= 0.501 * scale.step, "\(name) \(parts)")
                    }
                    largest += Int(bytes[part * 16..<(part + 1) * 16].max() ?? 0)
                }
                #expect(abs(scale.offset - least) <= 1e-4 * Float(parts))
                #expect(largest <= 65535)
                #expect(bytes[(parts * 16)...].allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func `round tables that are flat, infinite or no numbers`() {
        for odd in [0, .infinity, .nan, 3e38] as [Float] {
            for (_, table) in kernels {
                var bytes = [UInt8](repeating: 99, count: 32)
                var tables = [Float](repeating: odd, count: 32)
                tables[5] = -odd
                #expect(table.quantize(tables, 2, &bytes).step > 0)
            }
        }
    }

    @Test func `add up what the codes look up`() {
        var random = SplitMix64(seed: 43)
        let order = [0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15]
        for parts in [2, 4, 6, 26, 192, 196] {
            for count in [1, 16, 31, 32, 33, 64, 200] {
                let blocks = (count + 31) / 32
                let codes = (0..<blocks * parts * 16).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let tables = (0..<parts * 16).map { _ in UInt8.random(in: 0...255, using: &random) }
                var expected = [Int](repeating: 0, count: blocks * 32)
                for block in 0..<blocks {
                    for part in 0..<parts {
                        for (j, row) in order.enumerated() {
                            let both = codes[(block * parts + part) * 16 + j]
                            expected[block * 32 + row] += Int(tables[part * 16 + Int(both & 15)])
                            expected[block * 32 + row + 16] += Int(
                                tables[part * 16 + Int(both >> 4)]
                            )
                        }
                    }
                }
                let sorted = expected.prefix(count).sorted()
                for bound in [0, sorted[count / 2], 65535] {
                    let near = (0..<count).filter { expected[$0] <= bound }
                    for (name, table) in kernels {
                        var rows = [UInt32](repeating: 0, count: count)
                        var sums = [UInt16](repeating: 0, count: count)
                        let found = table.scan(
                            codes,
                            count,
                            parts,
                            tables,
                            UInt16(bound),
                            &rows,
                            &sums
                        )
                        #expect(
                            rows.prefix(found).map(Int.init) == near,
                            "\(name) \(parts) \(count)"
                        )
                        #expect(sums.prefix(found).map(Int.init) == near.map { expected[$0] })
                    }
                }
            }
        }
    }
}
