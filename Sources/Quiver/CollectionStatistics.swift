/// What a collection holds and what it costs.
public struct CollectionStatistics: Sendable, Equatable {
    /// Documents that a search can find.
    public let liveCount: Int
    /// Documents that were replaced or deleted and still take up space.
    public let deadCount: Int
    /// Sealed segments.
    public let segmentCount: Int
    /// Sealed segments whose index is not built yet though their field asks for one.
    public let unindexedSegmentCount: Int
    /// Bytes of the indexes of each vector field, in the order of the configuration's fields.
    public let indexByteCounts: [Int]
    /// Documents in the tail, dead ones included.
    public let tailCount: Int
    /// Bytes of vectors and text in the tail.
    public let tailByteCount: Int
    /// Bytes of segment files and tail.
    public let byteCount: Int
    /// The number of the last commit.
    public let commit: UInt64
    /// The encoder that the collection is bound to.
    public let encoder: RememberedEncoder?
}

/// The encoder whose vectors a collection holds.
public struct RememberedEncoder: Sendable, Hashable {
    /// What decides whether another encoder is the same.
    public let identity: EncoderIdentity
    /// Where it was when it was first used: a hint for opening it again, its identity decides.
    public let location: String

    /// An encoder and where it lies.
    public init(identity: EncoderIdentity, location: String) {
        self.identity = identity
        self.location = location
    }
}
