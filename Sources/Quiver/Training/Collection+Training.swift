public import Indexes
import LMDB

extension Collection {
    /// What the indexes of a vector field begin with, if it was given something (`Store.createCollection`, `SchemaChange.setTrained`).
    ///
    /// - Parameter vectorField: `nil` stands for the only one.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`; `damaged`, `usedAfterFork`, `closed`, `catalog`.
    public func trainedIndex(
        of vectorField: String? = nil
    ) throws(StoreError) -> TrainedIndex? {
        let core = try store.core()
        let view = try snapshot(of: core).view
        let field = try view.vectorField(orOnly: vectorField)
        return try core.trainedIndex(of: field.id, in: id)
    }
}

extension StoreCore {
    func trainedIndex(
        of field: UInt32,
        in collection: UInt32
    ) throws(StoreError) -> TrainedIndex? {
        try catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            let key = CatalogKey.trained(field: field, of: collection)
            return try transaction.record(.trained, key, of: catalog) {
                (value) throws(ByteReader.Malformed) in
                do {
                    return try TrainedIndex(Array(value))
                } catch {
                    throw .init(reason: "holds a trained index that is none: \(error)")
                }
            }
        }
    }
}

extension VectorField {
    /// Makes the field's index of the kind of `trained`, with which it is to begin.
    ///
    /// - Throws: `unsupportedIndex` if that was trained for other dimensions or another metric.
    public mutating func take(_ trained: TrainedIndex) throws(StoreError) {
        do {
            try trained.check(dimension: dimension, metric: metric)
        } catch {
            throw StoreError(training: error)
        }
        index = .faiss(trained.kind)
    }
}

extension CollectionRecord {
    func vectorFieldID(_ name: String) throws(StoreError) -> UInt32 {
        guard
            let field = schema.vectorFields.first(where: {
                $0.field.name.utf8.elementsEqual(name.utf8)
            })
        else { throw .unknownVectorField(name, collection: self.name) }
        return field.id
    }
}

extension StoreError {
    /// What an error of training or of a trained index is to a store.
    init(training error: IndexError) {
        self =
            switch error {
            case .unsupportedKind(let text, let reason): .unsupportedIndex(text, reason: reason)
            case .cancelled: .cancelled
            default: .index(error)
            }
    }
}
