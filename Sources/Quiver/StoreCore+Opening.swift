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
        // Another process may have made one since the names were read.
        guard !Store.exists(at: path) else { throw .alreadyExists(path: path) }
        for name in [StoreLayout.segments, StoreLayout.staging, StoreLayout.texts] {
            try asStoreError { () throws(FileError) in
                try fileSystem.makeDirectory("\(path)/\(name)")
            }
        }
        // The store's own name must last before it can be opened, by whomever.
        try asStoreError { () throws(FileError) in
            try fileSystem.syncDirectory(parent(of: path))
        }
        try createCatalog(at: path, fileSystem: fileSystem)
        let catalog = try Catalog(store: path, readOnly: false, creating: false)
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
        if access == .readWrite, !catalog.hasEveryKeySpace {
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
        if lock != nil {
            // Whoever made the store may have died before it came to this.
            try asStoreError { () throws(FileError) in try fileSystem.syncDirectory(path) }
            try core.sweep()
        }
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

    /// Makes the catalog under another name first: a creation that is cut short leaves no half of one.
    private static func createCatalog(
        at path: String,
        fileSystem: FileSystem
    ) throws(StoreError) {
        let unfinished = "\(path)/\(Catalog.unfinishedFileName)"
        let lockFile = "\(unfinished)-lock"
        try asStoreError { () throws(FileError) in
            for file in [unfinished, lockFile] { try fileSystem.remove(file) }
        }
        try fillCatalog(at: path)
        try asStoreError { () throws(FileError) in
            try fileSystem.remove(lockFile)
            try fileSystem.move(unfinished, to: "\(path)/\(Catalog.fileName)")
            try fileSystem.syncDirectory(path)
        }
    }

    /// Closes the catalog's file again before it returns.
    private static func fillCatalog(at path: String) throws(StoreError) {
        let catalog = try Catalog(
            store: path,
            fileName: Catalog.unfinishedFileName,
            readOnly: false,
            creating: true
        )
        try catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            try transaction.put(StoreRecord(), of: catalog)
        }
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

    /// The folder of an absolute path.
    static func parent(of path: String) -> String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(parent)"
    }
}
