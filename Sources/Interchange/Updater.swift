public import Quiver

/// Brings updates of metadata from an ``UpdateReader`` into a collection, in batches that are each one commit.
///
/// Updates of one key in one batch are one update: what a later line says of a field counts.
public struct Updater {
    /// Lines in a batch; at least 1.
    public var batchCount = 1000
    /// Lines in all batches that are durable.
    public private(set) var updateCount = 0

    private let collection: Collection

    /// Updates of documents of `collection`.
    public init(of collection: Collection) {
        self.collection = collection
    }

    /// Carries out everything from `reader`.
    ///
    /// When this throws, batches that were acknowledged are durable, and nothing of the one that failed
    /// or of later ones is kept.
    ///
    /// - Parameter handler: called from this thread with `updateCount` after each durable batch; false stops the work.
    public mutating func run(
        _ reader: UpdateReader,
        handler: (_ updateCount: Int) -> Bool
    ) throws(InterchangeError) {
        while case let lines = try reader.read(upTo: batchCount), !lines.isEmpty {
            try write(lines)
            guard handler(updateCount) else { throw .cancelled }
        }
    }

    private mutating func write(
        _ lines: [(update: DocumentUpdate, position: SourcePosition)]
    ) throws(InterchangeError) {
        var updates: [DocumentUpdate] = []
        var places: [Key: Int] = [:]
        var positions: [SourcePosition] = []
        for (update, position) in lines {
            if let place = places[update.key] {
                updates[place].take(update)
            } else {
                places[update.key] = updates.count
                updates.append(update)
                // Of a key that is not there, the first line is the one to look at.
                positions.append(position)
            }
        }
        var batch = WriteBatch()
        for update in updates { batch.update(update) }
        do {
            _ = try collection.write(batch)
            updateCount += lines.count
        } catch {
            let place = error.key.flatMap { places[$0] }
            throw .refused(error, at: place.map { positions[$0] })
        }
    }
}

extension DocumentUpdate {
    /// Adds what a later update of the same document changes.
    fileprivate mutating func take(_ later: DocumentUpdate) {
        fields.merge(later.fields) { _, new in new }
        removedFields.subtract(later.fields.keys)
        for name in later.removedFields { fields[name] = nil }
        removedFields.formUnion(later.removedFields)
    }
}
