extension Collection {
    /// Makes `batch` durable, all of it or nothing, and visible to every later search in any process.
    ///
    /// When this returns, the batch survives the death of the process and loss of power (`Store.Options.durability` can relax
    /// the latter). When it throws, nothing of it is kept. Batches that several threads write at the same time share one
    /// sync. If the tail is full it is sealed first, which can take a second.
    ///
    /// - Throws: `keyExists`, `versionConflict`, `unknownKey`; `duplicateKey` and what is wrong with a document (`invalidKey`, `textTooLong`,
    ///   `unknownField`, `fieldTypeMismatch`, `missingVectors`, `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`,
    ///   `float16Overflow`, …); `readOnly`, `closed`, `usedAfterFork`; `file` and `catalog`, a full disk among them.
    @discardableResult
    public func write(_ batch: WriteBatch) throws(StoreError) -> CommitReceipt {
        let core = try store.core()
        let request = WriteRequest(
            parts: [try .init(collection: self, batch: batch, core: core)],
            durability: core.options.durability
        )
        return try core.perform(request)[0]
    }

    /// Deletes every document that `filter` holds of, all in one commit.
    ///
    /// - Throws: `unknownField`, `invalidFilter`; `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`, `damaged`.
    @discardableResult
    public func delete(where filter: Filter) throws(StoreError) -> CommitReceipt {
        let core = try store.core()
        let request = WriteRequest(
            parts: [.init(collection: self, deleting: filter)],
            durability: core.options.durability
        )
        return try core.perform(request)[0]
    }
}

extension Store {
    /// Makes the batches of several collections durable, all of them or nothing: one commit, one version.
    ///
    /// - Returns: a receipt for each part, in their order.
    /// - Throws: as `Collection.write`, and `duplicateCollection`, `unknownCollection`.
    @discardableResult
    public func write(_ batch: StoreBatch) throws(StoreError) -> [CommitReceipt] {
        let core = try core()
        var parts: [WriteRequest.Part] = []
        for (name, batch) in batch.parts {
            let collection = try collection(name)
            guard !parts.contains(where: { $0.collection.id == collection.id }) else {
                throw .duplicateCollection(name)
            }
            parts.append(try .init(collection: collection, batch: batch, core: core))
        }
        guard !parts.isEmpty else { return [] }
        return try core.perform(
            WriteRequest(parts: parts, durability: core.options.durability)
        )
    }
}
