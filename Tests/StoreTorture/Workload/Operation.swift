import Quiver

/// One thing that a program does to a store.
///
/// To add one: a case here, its odds in `draw`, what it does to the model in `Model.apply`, and what it does to
/// the store in `Session.perform`; what it changes that nothing looks at yet goes into `Comparison`, and what it leaves after loss of
/// power into `Workload.sureCount`. Each may be done twice in a row, since a process that was killed does its last one again.
enum Operation: Sendable {
    case createStore
    case createCollection(String, CollectionConfiguration)
    case write([Change], collection: String)
    /// One batch over several collections.
    case writeTogether([(collection: String, changes: [Change])])
    /// A batch of these changes and one that must be refused, and everything with it.
    case refuse(Refusal, with: [Change], collection: String)
    case deleteMatching(Filter, collection: String)
    /// Documents that come in segments built outside the store.
    case adopt([Document], collection: String)
    case seal(collection: String)
    case maintain(collection: String)
    case compact(CompactionTask, collection: String)
    case alter([SchemaChange], collection: String)
    case createSnapshot(String)
    case dropSnapshot(String)
    case reopen
    /// A snapshot that is kept, and compared again and again with what it saw first.
    case keepSnapshot(collection: String)
    /// Another process opens the store, reads everything and compares.
    case readElsewhere
}

enum Change: Sendable {
    case upsert(Document)
    /// In place of the version that is there.
    case compareAndSet(Document)
    /// Of a document that is there.
    case update(DocumentUpdate)
    case delete(Key)

    var key: Key {
        switch self {
        case .upsert(let document), .compareAndSet(let document): document.key
        case .update(let update): update.key
        case .delete(let key): key
        }
    }
}

/// A change that a store cannot make.
enum Refusal: Sendable {
    /// The key is there.
    case insert(Document)
    /// The key is there, in another version.
    case compareAndSet(Document)
    /// The key is not there.
    case update(DocumentUpdate)

    var key: Key {
        switch self {
        case .insert(let document), .compareAndSet(let document): document.key
        case .update(let update): update.key
        }
    }

    /// Whether `error` is the one.
    func isReason(for error: StoreError) -> Bool {
        switch (self, error) {
        case (.insert, .keyExists(key)), (.compareAndSet, .versionConflict(key, _, _)),
            (.update, .unknownKey(key)):
            true
        default: false
        }
    }
}

struct CompactionTask: Sendable {
    var extent = CompactionOptions.Extent.everything
    /// Small, so that it makes several segments.
    var maximumSegmentDocumentCount: Int
    /// It is cancelled when it tells of its progress once more; never if `nil`.
    var patience: Int?

    var options: CompactionOptions {
        CompactionOptions(
            extent: extent,
            maximumSegmentDocumentCount: maximumSegmentDocumentCount
        )
    }
}
