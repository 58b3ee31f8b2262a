/// Where an index is written to.
public protocol TextIndexOutput: ~Copyable {
    /// Takes the next bytes of a part.
    mutating func append(_ bytes: [UInt8], to part: TextIndexPart) throws
}
