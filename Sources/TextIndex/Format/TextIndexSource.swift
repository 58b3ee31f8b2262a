/// The bytes of an index.
public protocol TextIndexSource: Sendable {
    /// The length of a part.
    func byteCount(of part: TextIndexPart) -> Int

    /// Bytes of a part, checked for damage. Valid as long as the source lives.
    ///
    /// - Parameter range: within the part.
    func bytes(of part: TextIndexPart, _ range: Range<Int>) throws -> UnsafeRawBufferPointer
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
