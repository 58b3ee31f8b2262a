import LMDB

extension Collection {
    /// The encoder whose vectors a field holds, if it is bound to one.
    ///
    /// - Parameter vectorField: `nil` stands for the only vector field.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, …
    public func encoder(of vectorField: String? = nil) throws(StoreError) -> RememberedEncoder? {
        try snapshot().encoder(of: vectorField)
    }

    /// Binds a vector field to `encoder`. The first one stays: searches that name another are refused, and so is
    /// binding to another. Binding to the same one again remembers its new location.
    ///
    /// - Parameters:
    ///   - encoder: the encoder, and where it is.
    ///   - vectorField: `nil` stands for the only vector field.
    /// - Throws: `wrongEncoder`, `unknownVectorField`, `ambiguousVectorField`, `readOnly`, `file`, `catalog`.
    public func bind(
        to encoder: RememberedEncoder,
        vectorField: String? = nil
    ) throws(StoreError) {
        let core = try store.core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                let key = CatalogKey.collection(id)
                guard
                    var record = try transaction.record(
                        .collections,
                        key,
                        of: core.catalog,
                        CollectionRecord.decode
                    )
                else { throw .unknownCollection(name) }
                let field = try CollectionView.vectorField(orOnly: vectorField, of: record)
                if let bound = field.encoder, bound.identity != encoder.identity {
                    throw .wrongEncoder(
                        collection: name,
                        expected: bound.identity,
                        found: encoder.identity
                    )
                }
                for index in record.schema.vectorFields.indices
                where record.schema.vectorFields[index].id == field.id {
                    record.schema.vectorFields[index].encoder = encoder
                }
                let settings = try transaction.settings(of: core.catalog)
                try transaction.put(settings, of: core.catalog)
                try transaction.put(.collections, key, record.encoded(), of: core.catalog)
            }
        }
    }
}
