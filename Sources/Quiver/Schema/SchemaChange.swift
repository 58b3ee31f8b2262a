import LMDB

/// A change to a collection's schema.
public enum SchemaChange: Sendable, Hashable {
    /// A new metadata field, of which no document has a value yet.
    case addField(Field)
    /// The field's values are gone at once, their space with the next compaction.
    case dropField(String)
    /// A new vector field, of which no document has a row yet; it is optional, whatever is given.
    case addVectorField(VectorField)
    /// The field's rows are gone at once, their space with the next compaction.
    case dropVectorField(String)
    /// Another index specification. Segments are searched by the index that they have until the next maintenance builds
    /// the new one.
    case setIndex(vectorField: String, IndexSpecification)
    /// What the field's indexes begin with from now on; its index becomes of that kind. Those that are there stay as they are if they are of
    /// the kind already.
    case setTrained(vectorField: String, TrainedIndex)
    case renameField(String, to: String)
    case renameVectorField(String, to: String)
    /// Other texts that are searched by their words. Segments that have no such index are analysed by each search, until the next
    /// maintenance builds it.
    case setTextFields([TextField])
    /// Another recall target of searches that do not have their own; `nil` is none.
    case setRecall(Double?)
    /// Other bytes that a cache may hold; what is too much goes with the next `Cache.store`.
    case setCacheByteLimit(Int)
    /// Another name of the collection. Handles stay valid.
    case renameCollection(String)
}

extension Collection {
    /// Changes the schema, durably, all of it or nothing. Readers see it with their next snapshot.
    ///
    /// - Throws: `unknownField`, `unknownVectorField`, `invalidConfiguration`, `unsupportedIndex`, `invalidName`,
    ///   `collectionExists`, `tooLarge`; `readOnly`, `closed`, `usedAfterFork`, `file`, `catalog`.
    public func alter(_ changes: [SchemaChange]) throws(StoreError) {
        let core = try store.core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            let view = try snapshot(of: core).view
            var record = view.record
            for change in changes { try record.apply(change) }
            try record.configuration.check()
            try checkName(record.name, of: "collection")
            let altered = record
            var trained: [UInt32: TrainedIndex] = [:]
            for case .setTrained(let name, let index) in changes {
                trained[try altered.vectorFieldID(name)] = index
            }
            try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
                let isTaken = try transaction.collections(of: core.catalog).contains {
                    $0.id != id && $0.record.name.utf8.elementsEqual(altered.name.utf8)
                }
                guard !isTaken else { throw .collectionExists(altered.name) }
                for field in view.record.schema.vectorFields {
                    let new = altered.schema.vectorFields.first { $0.id == field.id }
                    // What was learned for one kind is nothing to another.
                    guard new?.field.index != field.field.index else { continue }
                    let key = CatalogKey.trained(field: field.id, of: id)
                    try transaction.remove(.trained, key, of: core.catalog)
                }
                for (field, index) in trained {
                    let key = CatalogKey.trained(field: field, of: id)
                    try transaction.put(.trained, key, index.bytes, of: core.catalog)
                }
                for part in view.segments {
                    try transaction.fit(part.segment, in: view, to: altered, of: core.catalog)
                }
                try transaction.put(
                    .collections,
                    CatalogKey.collection(id),
                    altered.encoded(),
                    of: core.catalog
                )
                try transaction.bumpLayout(of: view, catalog: core.catalog)
            }
            note(altered)
        }
    }
}

extension CollectionRecord {
    fileprivate mutating func apply(_ change: SchemaChange) throws(StoreError) {
        switch change {
        case .addField(let field): append(field)
        case .dropField(let name):
            let dropped = schema.fields.remove(at: try fieldPlace(name))
            schema.textFields.removeAll { $0.id == dropped.id }
        case .addVectorField(var field):
            field.isOptional = true
            append(field)
        case .dropVectorField(let name):
            schema.vectorFields.remove(at: try vectorFieldPlace(name))
        case .setIndex(let name, let index):
            schema.vectorFields[try vectorFieldPlace(name)].field.index = index
        case .setTrained(let name, let index):
            try schema.vectorFields[try vectorFieldPlace(name)].field.take(index)
        case .renameField(let old, let new):
            let place = try fieldPlace(old)
            // What comes after this change would not know which one is meant.
            try checkFree(new, old, schema.fields.map(\.field.name), what: "field")
            schema.fields[place].field.name = new
        case .renameVectorField(let old, let new):
            let place = try vectorFieldPlace(old)
            try checkFree(new, old, schema.vectorFields.map(\.field.name), what: "vector field")
            schema.vectorFields[place].field.name = new
        case .setTextFields(let textFields):
            var changed = configuration
            changed.textFields = textFields
            try changed.checkTextFields()
            schema.textFields = textFields.compactMap { schema.stored($0) }
        case .setRecall(let target): recall = target
        case .setCacheByteLimit(let byteLimit):
            guard cache != nil else { throw .notACache(name) }
            cache = CacheSettings(byteLimit: byteLimit)
        case .renameCollection(let new): name = new
        }
    }

    private func checkFree(
        _ name: String,
        _ old: String,
        _ names: [String],
        what: String
    ) throws(StoreError) {
        guard name == old || !names.contains(name) else {
            throw .invalidConfiguration(reason: "there is a \(what) named \"\(name)\" already")
        }
    }

    private func fieldPlace(_ name: String) throws(StoreError) -> Int {
        guard
            let place = schema.fields.firstIndex(where: {
                $0.field.name.utf8.elementsEqual(name.utf8)
            })
        else { throw .unknownField(name, collection: self.name) }
        return place
    }

    private func vectorFieldPlace(_ name: String) throws(StoreError) -> Int {
        guard
            let place = schema.vectorFields.firstIndex(where: {
                $0.field.name.utf8.elementsEqual(name.utf8)
            })
        else { throw .unknownVectorField(name, collection: self.name) }
        return place
    }
}

extension WriteTransaction {
    /// Changes what the catalog says of a segment's indexes as the schema changes: those of dropped fields go; those of fields
    /// whose specification changes say what they were built as; and what could not be built is tried anew as something else.
    fileprivate mutating func fit(
        _ segment: Segment,
        in view: CollectionView,
        to altered: CollectionRecord,
        of catalog: Catalog
    ) throws(StoreError) {
        var record = segment.record
        for old in view.record.schema.vectorFields {
            let new = altered.schema.vectorFields.first { $0.id == old.id }
            guard new?.field.index != old.field.index else { continue }
            for place in record.indexes.indices where record.indexes[place].fieldID == old.id {
                if record.indexes[place].specification.isEmpty {
                    record.indexes[place].specification = old.field.index.description
                }
            }
            record.refusals.removeAll { $0.fieldID == old.id }
            if new == nil {
                for index in record.indexes where index.fieldID == old.id {
                    let name = SegmentName.index(
                        index.fileKind(for: old),
                        fieldID: index.fieldID,
                        generation: index.generation
                    )
                    let directory = SegmentName.directory(segment.id)
                    try retire("\(StoreLayout.segments)/\(directory)/\(name)", of: catalog)
                }
                record.indexes.removeAll { $0.fieldID == old.id }
            }
        }
        for index in record.invertedIndexes
        where !altered.schema.invertedFields.contains(where: {
            $0.id == index.fieldID && $0.specification == index.specification
        }) {
            let directory = SegmentName.directory(segment.id)
            for name in index.names {
                try retire("\(StoreLayout.segments)/\(directory)/\(name)", of: catalog)
            }
            record.invertedIndexes.removeAll { $0.fieldID == index.fieldID }
        }
        guard record != segment.record else { return }
        try put(
            .segments,
            CatalogKey.segment(segment.id, of: view.collectionID),
            record.encoded(),
            of: catalog
        )
    }
}
