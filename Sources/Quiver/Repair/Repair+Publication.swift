import Files
import LMDB

extension Repair {
    /// Puts the segments in their places and writes the records of everything, in one commit.
    mutating func publish(
        _ snapshots: [(key: [UInt8], value: [UInt8])]
    ) throws(StoreError) {
        for (id, collection) in collections {
            for part in collection.whole {
                report.keptDocumentCount += part.segment.documentCount - part.dead.count
            }
            settings.nextCollectionID = max(settings.nextCollectionID, id + 1)
            settings.commit = max(settings.commit, collection.lastCommit())
        }
        var current: Set<String> = []
        for part in collections.values.flatMap(\.whole) {
            current.formUnion(part.segment.record.paths(ofSegment: part.id))
        }
        var pinned: Set<String> = []
        for (key, value) in snapshots where key[0] == NamedSnapshotKey.Part.segment.rawValue {
            guard let record = value.decoded(SegmentRecord.decode) else { continue }
            pinned.formUnion(record.paths(ofSegment: Self.segmentID(ofSnapshotKey: key)))
        }
        try putInPlace(current.union(pinned))
        let (collections, settings) = (collections.values, settings)
        let trained = catalog.entries(.trained)
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            for collection in collections {
                var view = CollectionView(
                    collectionID: collection.id,
                    record: collection.record,
                    state: collection.state
                )
                view.state.commit = min(view.state.commit, settings.commit)
                view.state.tailByteCount = 0
                let key = CatalogKey.collection(collection.id)
                try transaction.put(.collections, key, view.record.encoded(), of: core.catalog)
                for part in collection.whole {
                    try transaction.put(
                        .segments,
                        CatalogKey.segment(part.id, of: collection.id),
                        part.segment.record.encoded(),
                        of: core.catalog
                    )
                    try transaction.put(
                        part.dead,
                        ofSegment: part.id,
                        in: view,
                        catalog: core.catalog
                    )
                }
                try transaction.put(.states, key, view.state.encoded(), of: core.catalog)
            }
            for (key, value) in snapshots {
                try transaction.put(.snapshots, key, value, of: core.catalog)
            }
            let kept = Set(collections.map { CatalogKey.collection($0.id) })
            for (key, value) in trained where kept.contains(Array(key.prefix(4))) {
                try transaction.put(.trained, key, value, of: core.catalog)
            }
            // What goes with the last snapshot that needs it.
            for path in pinned.subtracting(current) {
                try transaction.retire(path, of: core.catalog)
            }
            try transaction.put(settings, of: core.catalog)
        }
    }

    /// Gives the staged segments that are among `wanted` paths their places, and removes the others.
    func putInPlace(_ wanted: Set<String>) throws(StoreError) {
        let staged = try asStoreError { () throws(FileError) in
            try directoryEntries(core.stagingPath)
        }
        for name in staged {
            let path = "\(core.stagingPath)/\(name)"
            if let id = UInt64(name, radix: 16), wanted.contains("\(StoreLayout.segments)/\(name)")
            {
                try core.putInPlace(path, id: id)
            } else {
                try asStoreError { () throws(FileError) in try core.fileSystem.remove(path) }
            }
        }
    }
}
