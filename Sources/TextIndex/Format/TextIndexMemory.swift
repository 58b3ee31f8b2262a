/// An index in memory.
public struct TextIndexBytes: TextIndexOutput {
    /// The bytes of each part.
    public private(set) var parts: [TextIndexPart: [UInt8]] = [:]

    /// No bytes yet.
    public init() {}

    /// Takes the next bytes of a part.
    public mutating func append(_ bytes: [UInt8], to part: TextIndexPart) {
        parts[part, default: []] += bytes
    }
}

/// An index whose bytes are in memory, where they stay.
public final class TextIndexMemory: TextIndexSource {
    // Each allocated once, written before it is shared, and freed in `deinit`.
    private nonisolated(unsafe) let parts: [TextIndexPart: UnsafeMutableRawBufferPointer]

    /// Takes over what has been written.
    public init(_ bytes: consuming TextIndexBytes) {
        parts = bytes.parts.mapValues { bytes in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            copy.copyBytes(from: bytes)
            return copy
        }
    }

    deinit {
        for bytes in parts.values { bytes.deallocate() }
    }

    /// The length of a part; 0 of one that was not written.
    public func byteCount(of part: TextIndexPart) -> Int { parts[part]?.count ?? 0 }

    /// Bytes of a part.
    public func bytes(of part: TextIndexPart, _ range: Range<Int>) -> UnsafeRawBufferPointer {
        guard let bytes = parts[part] else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}
