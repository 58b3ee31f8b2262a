import Files
import Glibc
import LMDB

extension StoreCore {
    static func create(
        at path: String,
        options: Store.Options,
        fileSystem: FileSystem
    ) throws(StoreError) -> StoreCore {
        try asStoreError { () throws(FileError) in
            if try fileKind(path) == .missing { try fileSystem.makeDirectory(path) }
        }
        guard try asStoreError({ () throws(FileError) in try fileKind(path) }) == .directory else {
            throw .alreadyExists(path: path)
        }
        let names = try asStoreError { () throws(FileError) in Set(try directoryEntries(path)) }
        guard names.isSubset(of: StoreLayout.namesOfAnUnfinishedStore) else {
            throw .alreadyExists(path: path)
        }
        // The host may change its working directory while the store is open.
        let path = try asStoreError { () throws(FileError) in try absolutePath(path) }
        let lock = try takeLock(at: path)
        for name in [StoreLayout.segments, StoreLayout.staging, StoreLayout.texts] {
            try asStoreError { () throws(FileError) in
                try fileSystem.makeDirectory("\(path)/\(name)")
            }
        }
        let catalog = try Catalog(store: path, readOnly: false, creating: true)
        try catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            let known = try transaction.record(
                .settings,
                CatalogKey.store,
                of: catalog,
                StoreRecord.decode
            )
            guard known == nil else { throw .alreadyExists(path: path) }
            try transaction.put(StoreRecord(), of: catalog)
        }
        // The names that were made here, and the store's own name in its parent.
        try asStoreError { () throws(FileError) in
            try fileSystem.syncDirectory(path)
            try fileSystem.syncDirectory(parent(of: path))
        }
        return StoreCore(
            path: path,
            catalog: catalog,
            options: options,
            fileSystem: fileSystem,
            lock: lock
        )
    }

    static func open(
        at path: String,
        access: Store.Access,
        options: Store.Options,
        fileSystem: FileSystem
    ) throws(StoreError) -> StoreCore {
        let kind = try asStoreError { () throws(FileError) in
            try fileKind("\(path)/\(Catalog.fileName)")
        }
        guard case .file = kind else { throw .notAStore(path: path) }
        let path = try asStoreError { () throws(FileError) in try absolutePath(path) }
        let lock = access == .readWrite ? try takeLock(at: path) : nil
        var catalog = try Catalog(store: path, readOnly: access == .readOnly, creating: false)
        try check(catalog, of: path)
        if access == .readWrite {
            // What earlier versions of the format did not have.
            catalog = try Catalog(store: path, readOnly: false, creating: true)
        }
        let core = StoreCore(
            path: path,
            catalog: catalog,
            options: options,
            fileSystem: fileSystem,
            lock: lock
        )
        if lock != nil { try core.sweep() }
        return core
    }

    /// Throws unless this version can read what is in `catalog`.
    private static func check(_ catalog: Catalog, of path: String) throws(StoreError) {
        let settings = try catalog.read {
            (transaction: borrowing ReadTransaction) throws(StoreError) in
            try transaction.record(.settings, CatalogKey.store, of: catalog, StoreRecord.decode)
        }
        guard let settings else { throw .notAStore(path: path) }
        guard StoreRecord.readableFormats.contains(settings.format) else {
            throw .unsupportedFormat(
                path: path,
                found: settings.format,
                supported: StoreRecord.formatVersion
            )
        }
        guard catalog.isComplete else { throw .notAStore(path: path) }
    }

    private static func takeLock(at path: String) throws(StoreError) -> LockFile {
        let outcome = try asStoreError { () throws(FileError) in
            try LockFile.take("\(path)/\(StoreLayout.writerLock)")
        }
        switch outcome {
        case .held(let lock): return lock
        case .refused(let processID): throw .lockedByWriter(path: path, processID: processID)
        }
    }

    private static func parent(of path: String) -> String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(parent)"
    }
}
