import CKernels
import TestSupport
import Testing

@Suite struct `Conversions of rows` {
    @Test func `read every float16 as Swift does`() {
        let halves = [UInt16](0...UInt16.max)
        var found = [Float](repeating: 0, count: halves.count)
        qk_float16_to_float32(halves, &found, halves.count)
        for (half, value) in zip(halves, found) {
            let expected = Float(Float16(bitPattern: half))
            #expect(value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN))
        }
    }

    @Test(arguments: [UInt64(21), 22])
    func `round to float16 as Swift does`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var values: [Float] = [
            0, -0.0, 65_504, 65_519.996, 65_520, -65_520, .infinity, 5.9604645e-8, 2.9802322e-8,
            2.9802326e-8, 6.1035156e-5, 6.097555e-5, 1.0004883, 1.0014648, .leastNonzeroMagnitude,
        ]
        for _ in 0..<20_000 {
            values.append(Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)))
            values.append(Float.random(in: -1e-4...1e-4, using: &random))
            // Halfway between two neighbours.
            let half = UInt16.random(in: 0..<0x7bff, using: &random)
            let low = Float(Float16(bitPattern: half))
            let high = Float(Float16(bitPattern: half + 1))
            values.append((low + high) / 2)
        }
        var found = [UInt16](repeating: 0, count: values.count)
        qk_float32_to_float16(values, &found, values.count)
        for (value, half) in zip(values, found) where !value.isNaN {
            #expect(half == Float16(value).bitPattern, "\(value)")
        }
    }

    @Test(arguments: [UInt64(23), 24])
    func `quantise to the nearest step`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for count in [1, 2, 63, 384] {
            let row = (0..<count).map { _ in Float.random(in: -3...3, using: &random) }
            var codes = [Int8](repeating: 0, count: count)
            var scale: Float = 0
            qk_quantize_int8(row, count, &codes, &scale)
            #expect(codes.contains { abs(Int($0)) == 127 })
            for (value, code) in zip(row, codes) {
                #expect(abs(value - Float(code) * scale) <= scale * 0.5001)
            }
        }
    }

    @Test func `quantise zeros, subnormals and the largest numbers`() {
        var codes: [Int8] = [1, 1]
        var scale: Float = 1
        qk_quantize_int8([0, -0.0], 2, &codes, &scale)
        #expect(codes == [0, 0] && scale == 0)
        qk_quantize_int8([.leastNonzeroMagnitude, 0], 2, &codes, &scale)
        #expect(codes == [0, 0] && scale == 0)
        let subnormal = Float.leastNonzeroMagnitude * 150
        qk_quantize_int8([subnormal, -subnormal], 2, &codes, &scale)
        #expect(codes[0] > 0 && codes[1] == -codes[0])
        qk_quantize_int8([.greatestFiniteMagnitude, -1], 2, &codes, &scale)
        #expect(codes == [127, 0])
    }

    @Test func `find the first number that is not finite`() {
        for bad in [Float.nan, .infinity, -.infinity] {
            for (count, place) in [(1, 0), (255, 254), (256, 255), (257, 256), (1000, 300)] {
                var values = [Float](repeating: .greatestFiniteMagnitude, count: count)
                var found = -1
                #expect(qk_all_finite(values, count, &found))
                values[place] = bad
                values[count - 1] = bad
                #expect(!qk_all_finite(values, count, &found))
                #expect(found == place)
            }
        }
    }

    @Test func `measure norms beyond the squares' range`() {
        #expect(qk_norm([3e30, 4e30], 2) == 5e30)
        #expect(abs(qk_norm([3e-30, 4e-30], 2) - 5e-30) < 1e-35)
        #expect(qk_norm([], 0) == 0)
        #expect(qk_norm([Float](repeating: 1, count: 81), 81) == 9)
    }
}
