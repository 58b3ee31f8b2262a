import Files

extension Repair {
    /// The entries of those whose segments are all whole.
    mutating func takeSnapshots() throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        var kept: [(key: [UInt8], value: [UInt8])] = []
        for (key, value) in catalog.entries(
            .snapshots,
            prefix: [NamedSnapshotKey.Part.name.rawValue]
        ) {
            guard let record = value.decoded(NamedSnapshotRecord.decode) else { continue }
            let name = String(decoding: key.dropFirst(), as: UTF8.self)
            var entries = [(key: key, value: value)]
            let parts: [NamedSnapshotKey.Part] = [.collection, .state, .segment, .tombstones]
            for part in parts {
                let prefix = NamedSnapshotKey.part(part, of: record.number)
                entries += catalog.entries(.snapshots, prefix: prefix)
            }
            let isKept = report.isCatalogDamaged ? false : try areWhole(entries)
            if isKept {
                kept += entries
            } else {
                report.lostSnapshots.append(name)
            }
        }
        return kept
    }

    /// The segment whose record stands under a key of a named snapshot.
    static func segmentID(ofSnapshotKey key: [UInt8]) -> UInt64 {
        let offset = NamedSnapshotKey.prefixByteCount + 4
        return key.withBytes {
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    mutating func areWhole(
        _ entries: [(key: [UInt8], value: [UInt8])]
    ) throws(StoreError) -> Bool {
        var schemas: [UInt32: StoredSchema] = [:]
        for (key, value) in entries {
            let part = NamedSnapshotKey.Part(rawValue: key[0])
            let ownKey = Array(key.dropFirst(NamedSnapshotKey.prefixByteCount))
            guard part == .name || ownKey.count >= (part == .segment ? 12 : 4) else { return false }
            switch part {
            case .collection:
                guard let record = value.decoded(CollectionRecord.decode) else { return false }
                let id = ownKey.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
                schemas[id] = record.schema
            case .segment:
                let id = ownKey.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
                let segment = Self.segmentID(ofSnapshotKey: key)
                guard let record = value.decoded(SegmentRecord.decode), let schema = schemas[id],
                    try isWhole(segment, record, schema)
                else { return false }
            default: continue
            }
        }
        return true
    }

    /// Brings over what a named snapshot has of a segment and the store has not.
    mutating func isWhole(
        _ id: UInt64,
        _ record: SegmentRecord,
        _ schema: StoredSchema
    ) throws(StoreError) -> Bool {
        let path = path(ofSegment: id)
        if wholeRecords[id]?.contains(record) ?? false { return true }
        do throws(StoreError) {
            let manifest = try SegmentOpener(path: path, known: []).manifest(record.manifest)
            let staged = "\(core.stagingPath)/snapshot"
            let segment = try whole(id, record, manifest, schema, staged: staged)
            guard segment.record == record else {
                try asStoreError { () throws(FileError) in try core.fileSystem.remove(staged) }
                return false
            }
            wholeRecords[id, default: []].insert(record)
            // What the store has of it already is the same.
            let own = "\(core.stagingPath)/\(SegmentName.directory(id))"
            try asStoreError { () throws(FileError) in
                if try fileKind(own) == .missing {
                    try core.fileSystem.move(staged, to: own)
                } else {
                    for name in try directoryEntries(staged)
                    where try fileKind("\(own)/\(name)") == .missing {
                        try core.fileSystem.move("\(staged)/\(name)", to: "\(own)/\(name)")
                    }
                    try core.fileSystem.remove(staged)
                }
                try core.fileSystem.syncDirectory(own)
            }
            return true
        } catch {
            try note(error, of: path)
            return false
        }
    }
}
