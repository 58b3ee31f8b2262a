import CXXHash

/// The bytes of a container, taken apart so that they can be altered and put the checksums right again.
struct ContainerBytes {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func number(at offset: Int) -> Int {
        Int(
            truncatingIfNeeded: bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            }
        )
    }

    private var tableByteCount: Int {
        let count = Int(
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 32, as: UInt32.self) }
        )
        return (count * 32 + 63) / 64 * 64
    }

    var skeleton: Range<Int> {
        let start = 64 + tableByteCount
        return start..<start + number(at: 24)
    }

    /// The sections that hold something.
    var sections: [Range<Int>] {
        let count = Int(
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 32, as: UInt32.self) }
        )
        return (0..<count).map { entry in
            let offset = number(at: 64 + entry * 32 + 16)
            return offset..<offset + number(at: 64 + entry * 32 + 8)
        }.filter { !$0.isEmpty }
    }

    /// Computes all checksums anew, as far as lengths allow.
    mutating func seal() {
        func padded(_ range: Range<Int>) -> Range<Int> {
            range.lowerBound..<range.lowerBound + (range.count + 63) / 64 * 64
        }
        func checksum(_ range: Range<Int>) -> UInt64 {
            bytes.withUnsafeBytes {
                XXH3_64bits($0.baseAddress.map { $0 + range.lowerBound }, range.count)
            }
        }
        func put(_ value: UInt64, at offset: Int, in bytes: inout [UInt8]) {
            withUnsafeBytes(of: value.littleEndian) {
                bytes.replaceSubrange(offset..<offset + 8, with: $0)
            }
        }
        let count = Int(
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 32, as: UInt32.self) }
        )
        for entry in 0..<count {
            let place = 64 + entry * 32
            let offset = number(at: place + 16)
            let range = padded(offset..<offset + number(at: place + 8))
            put(checksum(range), at: place + 24, in: &bytes)
        }
        put(checksum(64..<64 + tableByteCount), at: 40, in: &bytes)
        put(checksum(padded(skeleton)), at: 48, in: &bytes)
        put(checksum(0..<56), at: 56, in: &bytes)
    }
}
