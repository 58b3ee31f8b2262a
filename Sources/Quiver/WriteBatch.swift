/// Changes to a collection that become durable together or not at all.
///
/// A key may appear once in a batch; whoever has several versions of a document keeps the last.
public struct WriteBatch: Sendable {
    package enum Operation: Sendable {
        case upsert(Document, Precondition)
        case update(DocumentUpdate, Precondition)
        case delete(Key, Precondition)

        package var key: Key {
            switch self {
            case .upsert(let document, _): document.key
            case .update(let update, _): update.key
            case .delete(let key, _): key
            }
        }
    }

    /// What must hold of a key when the batch is written; else nothing of the batch is.
    public enum Precondition: Sendable, Hashable {
        /// Nothing.
        case none
        /// There is no document under it, or the write throws `keyExists`.
        case isAbsent
        /// There is a document of this version under it, or the write throws `versionConflict`.
        case hasVersion(UInt64)
    }

    package private(set) var operations: [Operation] = []

    /// A batch of nothing.
    public init() {}

    /// Writes `document`; refused with `keyExists` if there is one of the same key.
    public mutating func insert(_ document: Document) {
        operations.append(.upsert(document, .isAbsent))
    }

    /// Writes `document`, in place of any document of the same key.
    ///
    /// - Parameters:
    ///   - document: what is written.
    ///   - precondition: `hasVersion` makes it a compare-and-set.
    public mutating func upsert(_ document: Document, if precondition: Precondition = .none) {
        operations.append(.upsert(document, precondition))
    }

    /// Changes the metadata of a document and leaves its text and vectors untouched; refused with `unknownKey` if there is none.
    public mutating func update(_ update: DocumentUpdate, if precondition: Precondition = .none) {
        operations.append(.update(update, precondition))
    }

    /// Removes the document of `key`; one that is not there is counted in the receipt, not refused.
    public mutating func delete(_ key: Key, if precondition: Precondition = .none) {
        operations.append(.delete(key, precondition))
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { operations.isEmpty }
    /// Changes in it.
    public var count: Int { operations.count }
}

/// Batches to several collections of a store that become durable together or not at all.
public struct StoreBatch: Sendable {
    package private(set) var parts: [(collection: String, batch: WriteBatch)] = []

    /// A batch of nothing.
    public init() {}

    /// Adds the changes to one collection, which may be named once.
    public mutating func add(_ batch: WriteBatch, to collection: String) {
        parts.append((collection, batch))
    }
}

/// What a durable batch did.
public struct CommitReceipt: Sendable, Equatable {
    /// The store's commit number of the batch, the version of every document that it wrote or updated.
    public let commit: UInt64
    /// Documents under keys that were new.
    public let insertedCount: Int
    /// Documents that took the place of another.
    public let replacedCount: Int
    /// Documents whose metadata was updated.
    public let updatedCount: Int
    /// Documents that were removed.
    public let deletedCount: Int
    /// Deletes of keys that were not there.
    public let missingCount: Int
}
