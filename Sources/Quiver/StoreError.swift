public import Files
public import Indexes
public import LMDB

/// What went wrong in a store, and with what.
public enum StoreError: Error, Sendable, Equatable {
    // Opening
    case notAStore(path: String)
    case alreadyExists(path: String)
    /// What an earlier call left at the path is of another question, or of another state of the collection, and cannot be gone on
    /// with. `what` is the first thing that differs.
    case begunOtherwise(path: String, what: String, asked: String, found: String)
    case unsupportedFormat(path: String, found: UInt32, supported: UInt32)
    /// Another handle, in this process or another, has the store open for writing. `processID` is 0 if unknown.
    case lockedByWriter(path: String, processID: Int32)
    case readOnly(path: String)
    case closed(path: String)
    /// The process forked after the store was opened; the child opens it anew.
    case usedAfterFork(path: String)

    // Catalog
    case unknownCollection(String)
    case collectionExists(String)
    /// Its collection was not made to be one.
    case notACache(String)
    case unknownSnapshot(String)
    case snapshotExists(String)
    case invalidName(String, reason: String)
    case unknownVectorField(String, collection: String)
    /// None was named, and there is not exactly one.
    case ambiguousVectorField(collection: String, fields: [String])
    case unknownField(String, collection: String)
    case unknownRowColumn(String, field: String)
    /// Named twice in one batch.
    case duplicateCollection(String)
    case invalidConfiguration(reason: String)
    case unsupportedIndex(String, reason: String)

    // Documents
    case invalidKey(reason: String)
    case duplicateKey(Key)
    case unknownKey(Key)
    /// An insert of a key that is there.
    case keyExists(Key)
    /// A write that was to be of one version met another; `found` is `nil` where there is no document.
    case versionConflict(key: Key, expected: UInt64, found: UInt64?)
    case fieldTypeMismatch(key: Key, field: String, expected: FieldType, found: FieldType)
    case invalidFieldValue(key: Key, field: String, reason: String)
    /// Indices and values that are not those of a sparse vector.
    case invalidSparseVector(reason: String)
    case missingRowColumn(key: Key, field: String, column: String)
    case rowColumnMismatch(key: Key, field: String, column: String, expected: String, found: String)
    case missingVectors(key: Key, field: String)
    case dimensionMismatch(key: Key?, field: String, expected: Int, found: Int)
    /// For a query, `key` is `nil` and `row` its number; so in the two cases that follow.
    case notFinite(key: Key?, field: String, row: Int, position: Int)
    /// The norm does not fit into float32.
    case normOverflow(key: Key?, field: String, row: Int)
    case zeroVector(key: Key?, field: String, row: Int)
    /// A number of a row of bits is neither 0 nor 1.
    case notABit(key: Key?, field: String, row: Int, position: Int, value: Float)
    case float16Overflow(key: Key?, field: String, row: Int, position: Int, value: Float)
    case textTooLong(key: Key, byteCount: Int, limit: Int)
    /// Less memory than the work can do with.
    case tooLittleMemory(found: Int, minimum: Int)
    case tooLarge(what: String, found: Int, limit: Int)

    // Searches
    case invalidK(Int)
    case invalidSearch(reason: String)
    /// `position` counts characters of the filter's text from 1, `nil` where the filter has none or the fault no place.
    case invalidFilter(reason: String, position: Int?)
    /// The field's index has no such thing to set.
    case unknownSearchSetting(SearchSetting, index: String)
    case wrongEncoder(collection: String, expected: EncoderIdentity, found: EncoderIdentity)
    /// A segment that was made for another collection, or by rules that are not this one's.
    case unfitSegment(path: String, reason: String)
    /// A part, sample, position or range that cannot be.
    case invalidReading(reason: String)
    case noSuchDocument(number: Int, count: Int)
    case noEncoder(collection: String)
    case cancelled
    /// The search was not done by its deadline.
    case deadlineExceeded
    /// A reranker threw, or gave other than one score a candidate.
    case rerankingFailed(reason: String)

    // Disk
    case damaged(file: String, reason: String)
    case file(FileError)
    case catalog(LMDBError)
    case index(IndexError)
}

extension StoreError: LMDBErrorConvertible {
    /// An error of the catalog.
    public init(_ error: LMDBError) {
        self = .catalog(error)
    }
}
