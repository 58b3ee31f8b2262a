import LMDB

extension Collection {
    /// The encoder whose vectors the collection holds, if it is bound to one.
    public func encoder() throws(StoreError) -> RememberedEncoder? {
        try snapshot().record.encoder
    }

    /// Binds the collection to `encoder`. The first one stays: searches that name another are refused, and so is
    /// binding to another. Binding to the same one again remembers its new location.
    ///
    /// - Throws: `wrongEncoder`, `readOnly`, `file`, `catalog`.
    public func bind(to encoder: RememberedEncoder) throws(StoreError) {
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
                if let bound = record.encoder, bound.identity != encoder.identity {
                    throw .wrongEncoder(
                        collection: name,
                        expected: bound.identity,
                        found: encoder.identity
                    )
                }
                record.encoder = encoder
                try transaction.put(.collections, key, record.encoded(), of: core.catalog)
            }
        }
    }
}
