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
    /// Sealed segments that are searched row by row for good, because no index of the kind can be made of their rows.
    public let unindexableSegments: [UnindexableSegment]
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

/// A segment of whose rows the index of a field cannot be made. It is searched row by row, which is exact and slower.
public struct UnindexableSegment: Sendable, Hashable {
    /// The name of its folder in the store's `segments`.
    public let name: String
    /// Its documents, dead ones included.
    public let documentCount: Int
    /// The vector field.
    public let vectorField: String
    /// What stands against it. Rows are numbered from 0 in the order of the segment's keys.
    public let reason: String

    /// A segment and what stands against its index.
    public init(name: String, documentCount: Int, vectorField: String, reason: String) {
        self.name = name
        self.documentCount = documentCount
        self.vectorField = vectorField
        self.reason = reason
    }
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
