/// An index is four strings of bytes, each of which is written from its beginning to its end.
public enum TextIndexPart: String, Sendable, Hashable, CaseIterable {
    /// The terms in the order of their bytes, and where their postings are (`TermsFormat`).
    case terms
    /// The documents of each term (`PostingsFormat`).
    case postings
    /// Where in these documents the term is (`PositionsFormat`); nothing in an index of weights.
    case positions
    /// The number of terms of each document, 4 bytes, little-endian; nothing in an index of weights.
    case lengths
}

/// The bytes of an index.
public protocol TextIndexSource: Sendable {
    /// The length of a part.
    func byteCount(of part: TextIndexPart) -> Int

    /// Bytes of a part, checked for damage. Valid as long as the source lives.
    ///
    /// - Parameter range: within the part.
    func bytes(of part: TextIndexPart, _ range: Range<Int>) throws -> UnsafeRawBufferPointer
}

/// Where an index is written to.
public protocol TextIndexOutput {
    /// Takes the next bytes of a part.
    mutating func append(_ bytes: [UInt8], to part: TextIndexPart) throws
}

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

extension TextIndexSource {
    /// Bytes of a part that is read for the first time.
    func checkedBytes(
        of part: TextIndexPart,
        _ range: Range<Int>
    ) throws -> UnsafeRawBufferPointer {
        guard range.lowerBound >= 0, range.upperBound <= byteCount(of: part) else {
            throw TextIndexError.malformed(
                part: part,
                reason: "have no bytes \(range) (they are \(byteCount(of: part)) long)"
            )
        }
        return try bytes(of: part, range)
    }
}
