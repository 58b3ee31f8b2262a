import CLMDB
import Glibc
import Synchronization

/// The environments open in this process, each with the number of its handles.
///
/// A second `MDB_env` on a file would, when closed, drop the POSIX locks of the first, and other processes
/// would then take our reader slots for stale. So there is one per file, found by device and inode, and
/// opening and closing happen under one lock: a file cannot be opened while its last handle is going.
enum EnvironmentRegistry {
    private struct Entry {
        let core: EnvironmentCore
        var handleCount: Int
    }

    private static let entries = Mutex<[FileIdentity: Entry]>([:])

    /// Made with the first environment. In a fork everything here, the lock included, is as another thread
    /// may have left it half-way.
    private static let mark = ProcessMark()

    /// The environment of the file at `path`, with one more handle.
    static func acquire(
        path: String,
        options: Environment.Options
    ) throws(LMDBError) -> EnvironmentCore {
        guard mark.isThisProcess else { throw .usedAfterFork(path: path) }
        return try entries.withLock { entries throws(LMDBError) in
            if let status = try FileIdentity.status(of: path) {
                guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
                if let entry = entries[FileIdentity(status)] {
                    guard options.readOnly || !entry.core.isReadOnly else {
                        throw .readOnly(path: path)
                    }
                    entries[FileIdentity(status)]?.handleCount += 1
                    return entry.core
                }
                try DataFileHeader.check(DataFile(path: path), mayBeEmpty: !options.readOnly)
            } else if options.readOnly {
                throw .notFound(path: path)
            }
            // The data file was replaced under an open environment: two on one lock file are the same trouble
            // as two on one data file.
            let lockFile = path + "-lock"
            if let lock = try FileIdentity.current(lockFile),
                entries.values.contains(where: { $0.core.lockFile?.identity == lock })
            {
                throw .notAnEnvironment(
                    path: lockFile,
                    reason:
                        "it belongs to a file that was here before and is still open in this process"
                )
            }
            let (core, identity) = try EnvironmentCore.open(path: path, options: options)
            entries[identity] = Entry(core: core, handleCount: 1)
            return core
        }
    }

    /// Shrinks the environment's file, if it has one handle.
    static func shrink(
        _ core: EnvironmentCore,
        _ operations: ShrinkingOperations
    ) throws(LMDBError) -> Environment.Shrinking {
        try entries.withLock { entries throws(LMDBError) in
            guard let (identity, entry) = entries.first(where: { $0.value.core === core }),
                entry.handleCount == 1
            else {
                return .inUseHere
            }
            return try core.shrink(operations) { new in
                entries[identity] = nil
                entries[new] = entry
            }
        }
    }

    /// One handle less; closes the environment with the last. In a fork it does nothing: what is open there
    /// is the parent's.
    static func release(_ core: EnvironmentCore) {
        guard core.mark.isThisProcess else { return }
        entries.withLock { entries in
            guard let identity = entries.first(where: { $0.value.core === core })?.key else {
                return
            }
            entries[identity]?.handleCount -= 1
            if entries[identity]?.handleCount == 0 {
                entries[identity] = nil
                core.current.withLock { current in
                    current.file?.close()
                    current.file = nil
                }
                core.lockFile?.close()
            }
        }
    }
}
