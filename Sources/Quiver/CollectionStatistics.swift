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
    /// The vector fields, in the order of the configuration's.
    public let vectorFields: [VectorFieldStatistics]
    /// Documents in the tail, dead ones included.
    public let tailCount: Int
    /// Where the bytes are.
    public let byteCounts: ByteCounts
    /// The number of the last commit.
    public let commit: UInt64
    /// What the cache has done, as of its last commit; `nil` if the collection is none.
    public let cache: CacheCounters?

    /// Bytes of segment files and tail.
    public var byteCount: Int { byteCounts.total }
    /// Bytes of vectors, metadata and text in the tail.
    public var tailByteCount: Int { byteCounts.tail }
}

/// What a vector field holds and what it costs.
public struct VectorFieldStatistics: Sendable, Equatable {
    /// The field's name.
    public let name: String
    /// Rows, those of dead documents included.
    public let rowCount: Int
    /// Bytes of its indexes.
    public let indexByteCount: Int
    /// The recall of the 10 nearest where nobody says how thoroughly to look: of its own rows, and of the queries that users asked, once
    /// these are enough. None while it has not been measured.
    public let recall: [RecallEstimate]
    /// The encoder that it is bound to.
    public let encoder: RememberedEncoder?
}

/// The lengths of a collection's files, by what is in them, and of its tail.
public struct ByteCounts: Sendable, Equatable {
    /// Rows with their norms and scales.
    public var vectors = 0
    /// Row columns, and which rows are whose, where a document has not one.
    public var rowColumns = 0
    /// Texts.
    public var texts = 0
    /// Metadata, updates included.
    public var fields = 0
    /// Indexes of vector fields.
    public var indexes = 0
    /// Orders of metadata fields, by which filters are answered.
    public var fieldIndexes = 0
    /// Indexes of words and of sparse vectors.
    public var textIndexes = 0
    /// Keys, versions, hashes and places of texts.
    public var keys = 0
    /// What says which files a segment has.
    public var manifests = 0
    /// Documents that are not in a segment yet; these lie in the catalog, long texts in files of their own.
    public var tail = 0

    /// All of it.
    public var total: Int {
        vectors + rowColumns + texts + fields + indexes + fieldIndexes + textIndexes + keys
            + manifests + tail
    }
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
