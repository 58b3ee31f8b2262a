import Files
import Glibc
import LMDB

extension StoreCore {
    /// Removes what a crash left behind: everything under `staging`, and segments, indexes and long texts that
    /// the catalog does not refer to. Called by a writer that has just opened the store.
    ///
    /// What the catalog has retired but not unlinked yet is left to `unlinkRetired`, since a reader may be on its way to it.
    func sweep() throws(StoreError) {
        var known: Set<String> = []
        var retired: Set<String> = []
        var measurable: Set<String>?
        try catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.forEachRecord(.segments, prefix: [], of: catalog) {
                (key, value) throws(StoreError) in
                let record = try asDamage(of: catalog.path) { () throws(ByteReader.Malformed) in
                    guard key.count == 12 else {
                        throw .init(reason: "holds a segment under a key of \(key.count) bytes")
                    }
                    return try SegmentRecord.decode(value)
                }
                let id = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
                known.formUnion(record.paths(ofSegment: id))
            }
            try transaction.forEachRecord(.tail, prefix: [], of: catalog) {
                (key, _) throws(StoreError) in
                guard key.count == 21 else { return }
                let collection = UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))
                let commit = UInt64(
                    bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self)
                )
                known.insert(TailFormat.longTextPrefix(collection: collection, commit: commit))
                known.insert("\(commit)")
            }
            try transaction.forEachRecord(.retired, prefix: [], of: catalog) {
                (key, _) throws(StoreError) in
                retired.insert(String(decoding: key.dropFirst(8), as: UTF8.self))
            }
            known.formUnion(try transaction.pinnedPaths(of: catalog))
            // A damaged collection is not this call's to find: what was measured stays then.
            measurable = try? transaction.namesOfCalibrations(of: catalog)
        }
        try asStoreError { () throws(FileError) in
            // A copy of the store may lack those that were empty.
            for name in [StoreLayout.segments, StoreLayout.staging, StoreLayout.texts]
            where try fileKind("\(path)/\(name)") == .missing {
                try fileSystem.makeDirectory("\(path)/\(name)")
                try fileSystem.syncDirectory(path)
            }
            for name in try directoryEntries(stagingPath) {
                try fileSystem.remove("\(stagingPath)/\(name)")
            }
            for name in try directoryEntries(segmentsPath) {
                let directory = "\(StoreLayout.segments)/\(name)"
                if retired.contains(directory) { continue }
                guard known.contains(directory) else {
                    try fileSystem.remove("\(path)/\(directory)")
                    continue
                }
                for file in try directoryEntries("\(path)/\(directory)")
                where SegmentName.isAddition(file) && !known.contains("\(directory)/\(file)")
                    && !retired.contains("\(directory)/\(file)")
                {
                    try fileSystem.remove("\(path)/\(directory)/\(file)")
                }
            }
            // Nothing depends on what is there, not even whether it can be read.
            let measured = measurable == nil ? [] : try? directoryEntries(recall.directory)
            for name in measured ?? []
            where measurable?.contains(QuerySample.calibration(besideFile: name)) == false {
                try? fileSystem.remove("\(recall.directory)/\(name)")
            }
            for name in try directoryEntries(textsPath) {
                let prefix = name.split(separator: "-").dropLast().joined(separator: "-")
                if !known.contains(prefix), !retired.contains("\(StoreLayout.texts)/\(name)") {
                    try fileSystem.remove("\(textsPath)/\(name)")
                }
            }
        }
        try unlinkRetired()
    }

    /// Unlinks what was retired before the oldest reader's view and no named snapshot needs, and forgets it.
    func unlinkRetired() throws(StoreError) {
        var retired: [(transaction: UInt64, path: String)] = []
        try catalog.read { (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.forEachRecord(.retired, prefix: [], of: catalog) {
                (key, _) throws(StoreError) in
                guard key.count > 8 else { return }
                retired.append(
                    (
                        UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)),
                        String(decoding: key.dropFirst(8), as: UTF8.self)
                    )
                )
            }
        }
        guard !retired.isEmpty else { return }
        // Under the write lock, so that no snapshot can come to need what goes now.
        let pinned = try catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.pinnedPaths(of: catalog)
        }
        let oldest = try oldestReaderTransaction()
        let free = retired.filter { $0.transaction <= oldest && !pinned.contains($0.path) }
        guard !free.isEmpty else { return }
        try asStoreError { () throws(FileError) in
            for entry in free { try fileSystem.remove("\(path)/\(entry.path)") }
        }
        try catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            for entry in free {
                try transaction.remove(
                    .retired,
                    CatalogKey.retired(transaction: entry.transaction, path: entry.path),
                    of: catalog
                )
            }
        }
    }

    /// The oldest view of the catalog that a reader in any process may have open.
    private func oldestReaderTransaction() throws(StoreError) -> UInt64 {
        do {
            return try catalog.environment.oldestReaderTransaction() ?? .max
        } catch {
            throw .catalog(error)
        }
    }

    /// Throws if this thread is inside the write lock.
    func requireNotWriting() throws(StoreError) {
        guard writer.load(ordering: .relaxed) != pthread_self() else {
            throw .catalog(.nestedWrite(path: catalog.path))
        }
    }

    /// Runs `body` while no other thread of this process writes to the store.
    ///
    /// - Throws: `nestedWrite` where this thread is doing so already: in a progress handler.
    func withWriteLock<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result
    {
        try requireNotWriting()
        return try writing.withLock { (_) throws(StoreError) in
            // Only this thread ever compares the value with itself.
            writer.store(pthread_self(), ordering: .relaxed)
            defer { writer.store(0, ordering: .relaxed) }
            return try body()
        }
    }
}

extension ReadTransaction {
    /// The names of all files in which the recall of a vector field may be.
    fileprivate borrowing func namesOfCalibrations(
        of catalog: Catalog
    ) throws(StoreError) -> Set<String> {
        var names: Set<String> = []
        for (id, record) in try collections(of: catalog) {
            for field in record.schema.vectorFields {
                names.insert(RecallFile.name(collection: id, field: field.id))
            }
        }
        return names
    }
}
