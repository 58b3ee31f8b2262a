/// Documents that no whole segment has: those of damaged segments and of the tail, which are written to the new store again.
struct LooseDocuments {
    let collection: SalvagedCollection
    let store: Store

    private static let batchCount = 500
    private static let batchByteCount = 8 << 20

    /// Of each key the version of the newest document, and whether that one is dead.
    private typealias Newest = [EncodedKey: (version: UInt64, isDead: Bool)]

    func write(into report: inout RepairReport) throws(StoreError) {
        let target = try store.collection(collection.record.name)
        var newest = self.newest()
        var batch = WriteBatch()
        var byteCount = 0
        func flush() throws(StoreError) {
            guard !batch.isEmpty else { return }
            try target.write(batch)
            batch = WriteBatch()
            byteCount = 0
        }
        for (key, (version, isDead)) in newest {
            // A catalog that is whole knows what is dead; else a whole segment may have something newer, or something older that is dead.
            if report.isCatalogDamaged, try collection.isKnown(key, version: version) {
                newest[key] = nil
            } else if isDead {
                newest[key] = nil
                if report.isCatalogDamaged { batch.delete(try key.decoded()) }
                if batch.count >= Self.batchCount { try flush() }
            }
        }
        try flush()
        try forEach { (key, found) throws(StoreError) in
            guard let key, let found else {
                let named = try key.map { (key) throws(StoreError) in try key.decoded() }
                report.lose("document", of: named, in: collection.record.name)
                return
            }
            guard newest[key]?.version == found.version else { return }
            newest[key] = nil
            batch.upsert(found.document)
            report.rewrittenDocumentCount += 1
            for loss in found.losses {
                report.lose(loss, of: found.document.key, in: collection.record.name)
            }
            byteCount += found.document.approximateByteCount
            if batch.count >= Self.batchCount || byteCount > Self.batchByteCount { try flush() }
        }
        try flush()
        try writeUpdates(to: target)
    }

    private func newest() -> Newest {
        var newest: Newest = [:]
        func see(_ key: EncodedKey, _ version: UInt64, isDead: Bool) {
            guard let known = newest[key] else {
                newest[key] = (version, isDead)
                return
            }
            if version > known.version {
                newest[key] = (version, isDead)
            } else if version == known.version, isDead {
                newest[key]?.isDead = true
            }
        }
        for part in collection.damaged {
            for ordinal in 0..<part.segment.documentCount {
                guard let key = part.segment.key(at: ordinal) else { continue }
                let row = UInt32(ordinal)
                let version = part.patches[row]?.version ?? part.segment.version(at: ordinal)
                see(key, version, isDead: part.dead.contains(row))
            }
        }
        for part in collection.tail {
            for ordinal in 0..<part.commit.documentCount {
                let key = part.commit.keys.withKey(at: ordinal) { EncodedKey(bytes: Array($0)) }
                let row = UInt32(ordinal)
                let version = part.patches[row]?.version ?? part.commit.commit
                see(key, version, isDead: part.dead.contains(row))
            }
        }
        return newest
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
        let snapshot = Snapshot(process: try store.core().process, view: view)
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
        var batch = WriteBatch()
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
                batch.update(
                    DocumentUpdate(
                        key: key,
                        fields: fields,
                        removedFields: names.subtracting(fields.keys)
                    )
                )
                if batch.count >= Self.batchCount {
                    try target.write(batch)
                    batch = WriteBatch()
                }
            }
        }
        if !batch.isEmpty { try target.write(batch) }
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
    /// Of its text and rows, which are most of it.
    fileprivate var approximateByteCount: Int {
        (text?.utf8.count ?? 0) + vectors.values.reduce(0) { $0 + 4 * $1.count }
    }
}
