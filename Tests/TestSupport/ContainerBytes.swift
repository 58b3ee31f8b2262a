internal import CXXHash

/// The bytes of a container, taken apart so that they can be altered and put the checksums right again.
public struct ContainerBytes {
    /// All of them.
    public var bytes: [UInt8]

    /// Takes apart `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func number(at offset: Int) -> Int {
        Int(
            truncatingIfNeeded: bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            }
        )
    }

    private var sectionCount: Int {
        Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 32, as: UInt32.self) })
    }

    private var tableByteCount: Int {
        (sectionCount * 32 + 63) / 64 * 64
    }

    /// The entries of the section table, 32 bytes each.
    public var entries: [Int] {
        Array(stride(from: 64, to: 64 + sectionCount * 32, by: 32))
    }

    /// What FAISS writes of the index.
    public var skeleton: Range<Int> {
        let start = 64 + tableByteCount
        return start..<start + number(at: 24)
    }

    /// The sections that hold something.
    public var sections: [Range<Int>] {
        entries.map { entry in
            let offset = number(at: entry + 16)
            return offset..<offset + number(at: entry + 8)
        }.filter { !$0.isEmpty }
    }

    /// Where the skeleton has the four characters of a kind.
    public func place(of kind: String) -> Int? {
        skeleton.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual(kind.utf8) }
    }

    /// Computes all checksums anew, as far as lengths allow.
    public mutating func seal() {
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
        for entry in entries {
            let offset = number(at: entry + 16)
            let range = padded(offset..<offset + number(at: entry + 8))
            put(checksum(range), at: entry + 24, in: &bytes)
        }
        put(checksum(64..<64 + tableByteCount), at: 40, in: &bytes)
        put(checksum(padded(skeleton)), at: 48, in: &bytes)
        put(checksum(0..<56), at: 56, in: &bytes)
    }
}
