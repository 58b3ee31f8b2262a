/// Upserts and deletes that become durable together or not at all.
///
/// A key may appear once in a batch; whoever has several versions of a document keeps the last.
public struct WriteBatch: Sendable {
    package enum Operation: Sendable {
        case upsert(Document)
        case delete(Key)

        package var key: Key {
            switch self {
            case .upsert(let document): document.key
            case .delete(let key): key
            }
        }
    }

    package private(set) var operations: [Operation] = []

    /// A batch of nothing.
    public init() {}

    /// Writes `document`, in place of any document of the same key.
    public mutating func upsert(_ document: Document) {
        operations.append(.upsert(document))
    }

    /// Removes the document of `key`; one that is not there is counted in the receipt, not refused.
    public mutating func delete(_ key: Key) {
        operations.append(.delete(key))
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { operations.isEmpty }
    /// Upserts and deletes in it.
    public var count: Int { operations.count }
}

/// What a durable batch did.
public struct CommitReceipt: Sendable, Equatable {
    /// The store's commit number of the batch, the version of every document in it.
    public let commit: UInt64
    /// Documents under keys that were new.
    public let insertedCount: Int
    /// Documents that took the place of another.
    public let replacedCount: Int
    /// Documents that were removed.
    public let deletedCount: Int
    /// Deletes of keys that were not there.
    public let missingCount: Int
}
