import Files
import Glibc

extension Store {
    /// Makes a new store of everything that can be read of a damaged one, which stays as it is.
    ///
    /// The catalog is read as plain bytes, each value is believed by its checksum, and what it has lost is looked for in its state before the
    /// last commit and in the segments, which say themselves whose they are. Segments that are whole come over as they are, under
    /// second names of the same files where the file system allows it, with their indexes, so that a repair takes about as long as
    /// `verify`, twice. All other documents, those of the tail and what can be read of damaged segments, are written anew: one
    /// whose text or metadata cannot be read, or rows of a field that it could do without, is kept without them. Of two documents
    /// of one key the newer one lives. Indexes that are damaged are left to `maintain`. Memory: the catalog, and some bytes a
    /// document of damaged segments.
    ///
    /// A store that is sound gives one with the same documents. Versions of documents that are written anew are new.
    ///
    /// - Parameters:
    ///   - path: the damaged store's directory. Its catalog may be missing.
    ///   - destination: made here; while the work goes on it has `-unfinished` behind its name.
    ///   - progress: told how many segments have been checked; `false` cancels.
    /// - Returns: what is damaged, and each document that is lost or has lost something.
    /// - Throws: `notAStore`, `alreadyExists`, `lockedByWriter`, `unsupportedFormat`, `cancelled`, and `file` or `catalog` where one of the
    ///   stores cannot be read or written at all.
    public static func repair(
        at path: String,
        into destination: String,
        progress: (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> RepairReport {
        let fileSystem = FileSystem.system
        let isThere = try asStoreError { () throws(FileError) in
            guard try fileKind(path) == .directory else { return false }
            if try fileKind("\(path)/\(Catalog.fileName)") != .missing { return true }
            return try fileKind("\(path)/\(StoreLayout.segments)") == .directory
        }
        guard isThere else { throw .notAStore(path: path) }
        let (source, target) = try asStoreError { () throws(FileError) in
            guard try fileKind(destination) == .missing else { return (path, nil as String?) }
            return (try absolutePath(path), destination)
        }
        guard let target else { throw .alreadyExists(path: destination) }
        let lock = try lockIfPossible(source)
        defer { withExtendedLifetime(lock) {} }
        let unfinished = "\(target)-unfinished"
        try asStoreError { () throws(FileError) in try fileSystem.remove(unfinished) }
        do throws(StoreError) {
            var repair = try Repair(of: source, into: unfinished)
            try repair.run(progress: progress)
            let check = try verify(at: unfinished)
            guard check.isSound else {
                throw .damaged(
                    file: "\(unfinished)/\(check.damage[0].file)",
                    reason: check.damage[0].reason
                )
            }
            try asStoreError { () throws(FileError) in
                try fileSystem.move(unfinished, to: target)
                try fileSystem.syncDirectory(StoreCore.parent(of: try absolutePath(target)))
            }
            return repair.report
        } catch {
            try? fileSystem.remove(unfinished)
            throw error
        }
    }

    /// The writer's lock; `nil` where it cannot be made, and so cannot be held either.
    private static func lockIfPossible(_ path: String) throws(StoreError) -> LockFile? {
        guard let outcome = try? LockFile.take("\(path)/\(StoreLayout.writerLock)") else {
            return nil
        }
        switch outcome {
        case .held(let lock): return lock
        case .refused(let processID): throw .lockedByWriter(path: path, processID: processID)
        }
    }
}
