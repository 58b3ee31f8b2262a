/// Documents that no whole segment has: those of damaged segments and of the tail, which are written to the new store again.
struct LooseDocuments {
    let collection: SalvagedCollection
    let store: Store

    func write(into report: inout RepairReport) throws(StoreError) {
        let target = try store.collection(collection.record.name)
        var chosen = report.isCatalogDamaged ? try settledVersions(target) : nil
        var writer = Writer(target: target)
        try forEach { (key, found) throws(StoreError) in
            if let key, chosen != nil, chosen?[key] == nil { return }
            guard let key, let found else {
                let named = try key.map { (key) throws(StoreError) in try key.decoded() }
                report.lose("document", of: named, in: collection.record.name)
                return
            }
            if chosen != nil {
                guard chosen?[key] == found.version else { return }
                // Once: there may be another copy.
                chosen?[key] = nil
            }
            report.rewrittenDocumentCount += 1
            for loss in found.losses {
                report.lose(loss, of: found.document.key, in: collection.record.name)
            }
            try writer.upsert(found.document)
        }
        try writer.flush()
        try writeUpdates(to: target)
    }

    /// Of a store whose catalog is damaged: the version of the document of each key that is to be written. Where the newest is dead,
    /// older ones in whole segments are removed.
    ///
    /// A catalog that is whole knows what is dead, and each key lives once.
    private func settledVersions(
        _ target: Collection
    ) throws(StoreError) -> [EncodedKey: UInt64] {
        var newest: [EncodedKey: Newest] = [:]
        for part in collection.damaged {
            for ordinal in 0..<part.segment.documentCount {
                guard let key = part.segment.key(at: ordinal) else { continue }
                let row = UInt32(ordinal)
                let version = part.patches[row]?.version ?? part.segment.version(at: ordinal)
                let isDead = part.dead.contains(row)
                if newest[key].map({ $0.version < version }) ?? true {
                    newest[key] = Newest(version: version, isDead: isDead, isOfTail: false)
                } else if newest[key]?.version == version, !isDead {
                    // Dead in one place and not in another: it was moved.
                    newest[key]?.isDead = false
                }
            }
        }
        for part in collection.tail {
            for ordinal in 0..<part.commit.documentCount {
                let key = part.commit.keys.withKey(at: ordinal) { EncodedKey(bytes: Array($0)) }
                let row = UInt32(ordinal)
                let version = part.patches[row]?.version ?? part.commit.commit
                // If a segment has it, that was sealed from the tail, and knows better.
                guard newest[key].map({ $0.version < version }) ?? true else { continue }
                let isDead = part.dead.contains(row)
                newest[key] = Newest(version: version, isDead: isDead, isOfTail: true)
            }
        }
        var versions: [EncodedKey: UInt64] = [:]
        var writer = Writer(target: target)
        for (key, one) in newest {
            let version = one.version
            if try collection.isSuperseded(key, version: version, evenByDead: one.isOfTail) {
                continue
            }
            if one.isDead {
                try writer.delete(try key.decoded())
            } else {
                versions[key] = version
            }
        }
        try writer.flush()
        return versions
    }

    private struct Newest {
        let version: UInt64
        var isDead: Bool
        let isOfTail: Bool
    }

    /// Each loose document that is not dead, without what cannot be read of it.
    private func forEach(
        _ body: (EncodedKey?, DamagedSegment.Found?) throws(StoreError) -> Void
    ) throws(StoreError) {
        for part in collection.damaged {
            for ordinal in 0..<part.segment.documentCount
            where !part.dead.contains(UInt32(ordinal)) {
                let patch = part.patches[UInt32(ordinal)]
                try body(
                    part.segment.key(at: ordinal),
                    part.segment.document(at: ordinal, patch: patch)
                )
            }
        }
        var view = CollectionView(
            collectionID: collection.id,
            record: collection.record,
            state: collection.state
        )
        view.tail = collection.tail
        let snapshot = Snapshot(core: try store.core(), view: view)
        for (index, part) in view.tail.enumerated() {
            for ordinal in 0..<part.commit.documentCount
            where !part.dead.contains(UInt32(ordinal)) {
                let location = CollectionView.Location.tail(index, ordinal: ordinal)
                let stored = try snapshot.document(
                    try view.key(at: location),
                    at: location,
                    contents: .all
                )
                let document = Document(
                    key: stored.key,
                    text: stored.text,
                    fields: stored.fields,
                    vectors: stored.vectors,
                    columns: stored.columns
                )
                let key = try EncodedKey(stored.key)
                try body(key, DamagedSegment.Found(document: document, version: stored.version))
            }
        }
    }

    /// The tail's updates of documents in whole segments.
    private func writeUpdates(to target: Collection) throws(StoreError) {
        var writer = Writer(target: target)
        let names = Set(collection.record.schema.fields.map(\.field.name))
        for part in collection.whole {
            for (ordinal, patch) in collection.updates[part.id] ?? [:]
            where !part.dead.contains(ordinal) {
                guard Int(ordinal) < part.segment.documentCount else { continue }
                let encoded = EncodedKey(bytes: Array(try part.segment.keys.key(at: Int(ordinal))))
                let key = try encoded.decoded()
                // Not if a newer document has taken its place.
                let known = try target.documents([key], contents: [])[0]
                guard try known?.version == part.segment.version(of: Int(ordinal)) else { continue }
                let fields = try patch.fields.withBytes { (bytes) throws(StoreError) in
                    try collection.record.schema.named(bytes, file: Catalog.fileName)
                }
                let update = DocumentUpdate(
                    key: key,
                    fields: fields,
                    removedFields: names.subtracting(fields.keys)
                )
                try writer.update(update, byteCount: patch.fields.count)
            }
        }
        try writer.flush()
    }

    /// Writes in batches that are not too large for memory.
    private struct Writer {
        let target: Collection
        private var batch = WriteBatch()
        private var byteCount = 0

        private static let batchCount = 500
        private static let batchByteCount = 8 << 20

        init(target: Collection) {
            self.target = target
        }

        mutating func upsert(_ document: Document) throws(StoreError) {
            batch.upsert(document)
            try added(document.approximateByteCount)
        }

        mutating func update(_ update: DocumentUpdate, byteCount: Int) throws(StoreError) {
            batch.update(update)
            try added(byteCount)
        }

        mutating func delete(_ key: Key) throws(StoreError) {
            batch.delete(key)
            try added(0)
        }

        private mutating func added(_ count: Int) throws(StoreError) {
            byteCount += count
            if batch.count >= Self.batchCount || byteCount > Self.batchByteCount { try flush() }
        }

        mutating func flush() throws(StoreError) {
            guard !batch.isEmpty else { return }
            try target.write(batch)
            batch = WriteBatch()
            byteCount = 0
        }
    }
}

extension EncodedKey {
    fileprivate func decoded() throws(StoreError) -> Key {
        try bytes.withBytes { (bytes) throws(StoreError) in
            try asDamage(of: Catalog.fileName) { () throws(ByteReader.Malformed) in
                try EncodedKey.decode(bytes)
            }
        }
    }
}

extension Document {
    /// In memory, about.
    fileprivate var approximateByteCount: Int {
        var total = text?.utf8.count ?? 0
        for rows in vectors.values { total += 4 * rows.count }
        for column in columns.values.flatMap(\.values) { total += 8 * column.count }
        for value in fields.values {
            switch value {
            case .string(let text): total += text.utf8.count
            case .bytes(let bytes): total += bytes.count
            case .strings(let texts): total += texts.reduce(0) { $0 + $1.utf8.count + 16 }
            case .int32s(let numbers): total += 4 * numbers.count
            case .sparse(let vector): total += 8 * vector.indices.count
            default: total += 16
            }
        }
        return total
    }
}
