import Files
import Glibc

extension Store {
    /// Makes a new store of everything that can be read of a damaged one, which stays as it is.
    ///
    /// The catalog is read as plain bytes, each value is believed by its checksum, and what it has lost is looked for in its state before the
    /// last commit and in the segments, which say themselves whose they are. Segments that are whole come over as they are, under
    /// second names of the same files where the file system allows it, with their indexes. All other documents, those of the tail
    /// and what can be read of damaged segments, are written anew: one whose text or metadata cannot be read, or rows of a field that
    /// it could do without, is kept without them. Indexes that are damaged are left to `maintain`.
    ///
    /// If the catalog is damaged, the newest document of a key lives, by its version; segments that were adopted have forgotten
    /// theirs then, and count as old. Otherwise what lived lives. A store that is sound gives one with the same documents. Versions of documents
    /// that are written anew are new.
    ///
    /// Cost: each byte is read about as often as `verify` reads it, twice; memory for the catalog, and, if that is damaged, some
    /// bytes for each document of damaged segments.
    ///
    /// - Parameters:
    ///   - path: the damaged store's directory. Its catalog may be missing.
    ///   - destination: made here, outside of that directory. While the work goes on it has another name beside its own
    ///     (`.unfinished-…`), which stays behind if the process dies.
    ///   - progress: told how many segments have been checked; `false` cancels.
    /// - Returns: what is damaged, and each document that is lost or has lost something.
    /// - Throws: `notAStore`, `alreadyExists`, `invalidName`, `lockedByWriter`, `unsupportedFormat`, `cancelled`, and `file` or `catalog` where
    ///   the old catalog cannot be read or the new store not be written at all.
    public static func repair(
        at path: String,
        into destination: String,
        progress: (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> RepairReport {
        let isThere = try asStoreError { () throws(FileError) in
            guard try fileKind(path) == .directory else { return false }
            if try fileKind("\(path)/\(Catalog.fileName)") != .missing { return true }
            return try fileKind("\(path)/\(StoreLayout.segments)") == .directory
        }
        guard isThere else { throw .notAStore(path: path) }
        guard !destination.isEmpty else {
            throw .invalidName(destination, reason: "a store's path is not empty")
        }
        let source = try asStoreError { () throws(FileError) in try absolutePath(path) }
        let lock = try lock(source)
        defer { withExtendedLifetime(lock) {} }
        let place = try RepairPlace(destination, outside: source)
        do throws(StoreError) {
            var repair = try Repair(of: source, into: place.unfinished)
            try repair.run(progress: progress)
            let check = try verify(at: place.unfinished)
            guard check.isSound else {
                throw .damaged(
                    file: "\(place.unfinished)/\(check.damage[0].file)",
                    reason: check.damage[0].reason
                )
            }
            try place.finish()
            return repair.report
        } catch {
            place.giveUp()
            throw error
        }
    }

    /// The writer's lock, taken without changing anything; `nil` if there is none, and so no writer.
    private static func lock(_ path: String) throws(StoreError) -> LockFile? {
        let outcome = try asStoreError { () throws(FileError) in
            try LockFile.takeExisting("\(path)/\(StoreLayout.writerLock)")
        }
        switch outcome {
        case .held(let lock): return lock
        case .refused(let processID): throw .lockedByWriter(path: path, processID: processID)
        case nil: return nil
        }
    }
}

/// Where a repaired store is made, and where it goes when it is whole.
private struct RepairPlace {
    /// A folder of its own, empty at first.
    let unfinished: String
    private let destination: String
    private let parent: String

    /// - Throws: `alreadyExists`, `invalidName` if it lies in `source`, `file`.
    init(_ destination: String, outside source: String) throws(StoreError) {
        var name = destination
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        guard try asStoreError({ () throws(FileError) in try fileKind(name) }) == .missing else {
            throw .alreadyExists(path: destination)
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let above = parts.dropLast().joined(separator: "/")
        guard let last = parts.last, !last.isEmpty else {
            throw .invalidName(destination, reason: "it names no folder")
        }
        let parent = try asStoreError { () throws(FileError) in
            try absolutePath(parts.count == 1 ? "." : above.isEmpty ? "/" : above)
        }
        guard parent != source, !parent.hasPrefix("\(source)/") else {
            throw .invalidName(destination, reason: "it lies in the store that is to be repaired")
        }
        self.parent = parent
        self.destination = "\(parent)/\(last)"
        let number = UInt64.random(in: 0...UInt64.max)
        unfinished = "\(self.destination).unfinished-\(String(number, radix: 36))"
        // Not one that is there: what is in it is somebody else's.
        guard mkdir(unfinished, 0o777) == 0 else {
            throw .file(.system(operation: "mkdir", path: unfinished, code: errno))
        }
    }

    /// Gives the store its name, durably.
    func finish() throws(StoreError) {
        try asStoreError { () throws(FileError) in
            try FileSystem.system.move(unfinished, to: destination)
            try FileSystem.system.syncDirectory(parent)
        }
    }

    func giveUp() {
        try? FileSystem.system.remove(unfinished)
    }
}
