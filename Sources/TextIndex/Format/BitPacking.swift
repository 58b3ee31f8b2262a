/// Integers of a fixed number of bits, one after the other, the low bits first.
enum BitPacking {
    /// Bytes behind the last that a reader may touch, so that it can load eight at a time.
    static let paddingByteCount = 8

    static func bitCount(_ value: UInt32) -> Int { 32 - value.leadingZeroBitCount }

    static func byteCount(count: Int, bitCount: Int) -> Int { (count * bitCount + 7) / 8 }

    static func append(_ values: [UInt32], bitCount: Int, to bytes: inout [UInt8]) {
        var held: UInt64 = 0
        var heldCount = 0
        for value in values {
            held |= UInt64(value) << UInt64(heldCount)
            heldCount += bitCount
            while heldCount >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: held))
                held >>= 8
                heldCount -= 8
            }
        }
        if heldCount > 0 { bytes.append(UInt8(truncatingIfNeeded: held)) }
    }

    /// Reads `count` integers from `offset` on.
    ///
    /// - Parameter bytes: with `paddingByteCount` bytes behind the last integer.
    static func read(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        count: Int,
        bitCount: Int,
        _ take: (_ index: Int, _ value: UInt32) -> Void
    ) {
        let mask = UInt64(1) << UInt64(bitCount) - 1
        var bit = offset * 8
        for index in 0..<count {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
            )
            take(index, UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask))
            bit += bitCount
        }
    }
}
