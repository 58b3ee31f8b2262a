/// The first 16 bytes of an encoded key, which decide most comparisons in two instructions.
struct KeyPrefix {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var byteCount = 0

    private static let maximumByteCount = 16

    init() {}

    init(_ key: UnsafeRawBufferPointer) {
        byteCount = key.count
        var padded: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &padded) {
            $0.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: key.prefix(Self.maximumByteCount))
            )
        }
        high = UInt64(bigEndian: padded.0)
        low = UInt64(bigEndian: padded.1)
    }

    /// Whether a key of this prefix comes before one of `other`; `nil` if the bytes behind the prefixes must tell.
    func precedes(_ other: KeyPrefix) -> Bool? {
        if high != other.high { return high < other.high }
        if low != other.low { return low < other.low }
        guard min(byteCount, other.byteCount) > Self.maximumByteCount else {
            // The shorter one is padded with zeros, which the other one has.
            return byteCount < other.byteCount
        }
        return nil
    }
}
