/// A collection whose entries may be forgotten: at most so many bytes of them are kept, the least recently used go first.
///
/// Entries are documents, each bound to what made it: one of another model is as good as not there. Commits are `relaxed`: the
/// death of the process loses nothing, loss of power may lose the last one. Which entries were used is noted with the next
/// `store`, so that it outlasts the process. A handle that only reads finds entries, and neither notes nor evicts anything.
public struct Cache: Sendable {
    private let collection: Collection
    private let model: String

    /// The entries of `collection` that are of `model`: a hash of whatever decides what they are.
    ///
    /// - Throws: `notACache`, `closed`, `usedAfterFork`, `file`, `catalog`, `damaged`.
    public init(_ collection: Collection, model: String) throws(StoreError) {
        guard try collection.snapshot().view.record.cache != nil else {
            throw .notACache(collection.name)
        }
        self.collection = collection
        self.model = model
    }

    /// The entries of `keys`, in that order, `nil` where there is none of this model.
    public func entries(
        _ keys: [Key],
        contents: Contents = [.text, .vectors]
    ) throws(StoreError) -> [StoredDocument?] {
        let found = try collection.snapshot().documents(keys, contents: contents.union(.fields))
        let entries = found.map { document in
            document?.fields[CacheSettings.modelField] == .string(model) ? document : nil
        }
        let isWriter = try collection.store.core().lock != nil
        collection.cacheUse.withLock { use in
            for (key, entry) in zip(keys, entries) {
                if entry == nil { use.counters.misses += 1 } else { use.counters.hits += 1 }
                if isWriter, entry != nil { use.touch(key) }
            }
        }
        return entries
    }

    /// Keeps entries, in place of those of the same keys, and forgets others for them if need be, all in one commit.
    ///
    /// The first call of a process looks at the size of every entry.
    ///
    /// - Throws: `tooLarge` if they are more than the cache may hold; what `Collection.write` throws.
    public func store(_ entries: [Document]) throws(StoreError) {
        let core = try collection.store.core()
        try core.requireWriter()
        try core.requireNotWriting()
        try collection.storingIntoCache.withLock { (_) throws(StoreError) in
            // A key that was used and has been deleted meanwhile, by whomever, is asked for no more.
            while true {
                do throws(StoreError) {
                    return try attempt(entries, core)
                } catch .unknownKey(let key) {
                    collection.cacheUse.withLock { $0.forget(key) }
                }
            }
        }
    }

    private func attempt(_ entries: [Document], _ core: StoreCore) throws(StoreError) {
        let view = try collection.snapshot(of: core).view
        guard let settings = view.record.cache else { throw .notACache(collection.name) }
        if collection.cacheUse.withLock({ !$0.isKnown }) {
            let known = try CacheUse.sizes(in: view)
            collection.cacheUse.withLock { $0.learn(known) }
        }
        var sizes: [Key: Int] = [:]
        for entry in entries { sizes[entry.key] = entry.cacheByteCount(view.record.schema) }
        let total = sizes.values.reduce(0, +)
        guard total <= settings.byteLimit else {
            throw .tooLarge(
                what: "bytes of entries at once",
                found: total,
                limit: settings.byteLimit
            )
        }
        let plan = collection.cacheUse.withLock { $0.plan(adding: sizes, settings.byteLimit) }
        var batch = WriteBatch()
        for entry in entries {
            var entry = entry
            entry.fields[CacheSettings.modelField] = .string(model)
            entry.fields[CacheSettings.usedField] = .int64(plan.clock)
            batch.upsert(entry)
        }
        for (key, used) in plan.touched {
            batch.update(
                DocumentUpdate(key: key, fields: [CacheSettings.usedField: .int64(used)])
            )
        }
        for key in plan.evicted { batch.delete(key) }
        let part = try WriteRequest.Part(
            collection: collection,
            batch: batch,
            counters: plan.counters,
            core: core
        )
        _ = try core.perform(WriteRequest(parts: [part], durability: .relaxed))
        collection.cacheUse.withLock { $0.apply(plan, sizes) }
        // What was evicted still takes up space, until it is as much as may be kept.
        let most = settings.byteLimit.multipliedReportingOverflow(by: 2)
        guard !most.overflow,
            try collection.statistics().byteCount - Self.slackByteCount > most.partialValue
        else { return }
        try collection.compact()
    }

    /// Bytes for which no compaction is made: a commit of the tail counts as a page, and each file of a segment has a header.
    private static let slackByteCount = 1 << 20
}

extension Document {
    /// What it takes as a cache counts: about its bytes on disk.
    fileprivate func cacheByteCount(_ schema: StoredSchema) -> Int {
        var count = CacheUse.entryByteCount + (text?.utf8.count ?? 0)
        switch key {
        case .integer: count += 8
        case .string(let string): count += string.utf8.count
        }
        count += EncodedFields.encode(fields.values.map { (0, $0) }).count
        for field in schema.vectorFields {
            let numbers = vectors[field.field.name]?.count ?? 0
            count += field.field.storage.bytesPerRow(dimension: numbers)
        }
        return count
    }
}
