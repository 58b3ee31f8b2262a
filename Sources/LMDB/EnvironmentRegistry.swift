import CLMDB
import Glibc
import Synchronization

/// The environments open in this process, each with the number of its handles.
///
/// A second `MDB_env` on a file would, when closed, drop the POSIX locks of the first, and other processes
/// would then take our reader slots for stale. So there is one per file, found by device and inode, and
/// opening and closing happen under one lock: a file cannot be opened while its last handle is going.
enum EnvironmentRegistry {
    private struct FileIdentity: Hashable {
        let device: UInt
        let inode: UInt

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
        }
    }

    private struct Entry {
        let core: EnvironmentCore
        /// The lock file's; nil if there is none, on a read-only file system.
        let lockFile: FileIdentity?
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
            if let status = try status(of: path) {
                guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
                if let entry = entries[FileIdentity(status)] {
                    guard options.readOnly || !entry.core.isReadOnly else {
                        throw .readOnly(path: path)
                    }
                    entries[FileIdentity(status)]?.handleCount += 1
                    return entry.core
                }
                try DataFileHeader.check(path: path, mayBeEmpty: !options.readOnly)
            } else if options.readOnly {
                throw .notFound(path: path)
            }
            // The data file was replaced under an open environment: two on one lock file are the same trouble
            // as two on one data file.
            let lockFile = path + "-lock"
            if let lock = try status(of: lockFile),
                entries.values.contains(where: { $0.lockFile == FileIdentity(lock) })
            {
                throw .notAnEnvironment(
                    path: lockFile,
                    reason:
                        "it belongs to a file that was here before and is still open in this process"
                )
            }
            // A handle that only reads shares the environment with one that writes, so LMDB opens the file
            // for writing wherever that is allowed.
            let isReadOnly = options.readOnly && access(path, W_OK) != 0
            let core = try open(path: path, options: options, isReadOnly: isReadOnly)
            do throws(LMDBError) {
                let identity = try identity(of: core)
                let lock = try status(of: lockFile).map(FileIdentity.init)
                entries[identity] = Entry(core: core, lockFile: lock, handleCount: 1)
            } catch {
                mdb_env_close(core.handle)
                throw error
            }
            return core
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
                mdb_env_close(core.handle)
            }
        }
    }

    /// The data file that LMDB has opened, which is not passed on to programs that this process starts.
    private static func identity(of core: EnvironmentCore) throws(LMDBError) -> FileIdentity {
        var descriptor: Int32 = -1
        var status = stat()
        guard mdb_env_get_fd(core.handle, &descriptor) == MDB_SUCCESS,
            fstat(descriptor, &status) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else {
            throw LMDBError(code: errno, operation: "fstat", path: core.path)
        }
        return FileIdentity(status)
    }

    private static func status(of path: String) throws(LMDBError) -> stat? {
        var status = stat()
        guard stat(path, &status) != 0 else { return status }
        guard errno == ENOENT else { throw LMDBError(code: errno, operation: "stat", path: path) }
        return nil
    }

    private static func open(
        path: String,
        options: Environment.Options,
        isReadOnly: Bool
    ) throws(LMDBError) -> EnvironmentCore {
        var mapByteCount = max(options.mapByteCount, 1 << 16)
        while true {
            var created: OpaquePointer?
            var code = mdb_env_create(&created)
            guard code == MDB_SUCCESS, let handle = created else {
                throw LMDBError(code: code, operation: "mdb_env_create", path: path)
            }
            _ = mdb_env_set_mapsize(handle, mapByteCount)
            _ = mdb_env_set_maxreaders(handle, UInt32(clamping: max(1, options.maximumReaderCount)))
            _ = mdb_env_set_maxdbs(handle, UInt32(clamping: max(1, options.maximumDatabaseCount)))
            // No thread-local reader slots: a slot belongs to its transaction, on whatever thread it ends.
            let flags = MDB_NOSUBDIR | MDB_NOTLS | (isReadOnly ? MDB_RDONLY : 0)
            code = mdb_env_open(handle, path, UInt32(flags), mode_t(options.mode))
            if code == MDB_SUCCESS {
                _ = mdb_reader_check(handle, nil)
                return EnvironmentCore(
                    handle: handle,
                    path: path,
                    isReadOnly: isReadOnly,
                    mapByteCount: mapByteCount,
                    maximumDatabaseCount: max(1, options.maximumDatabaseCount)
                )
            }
            // LMDB wants it closed after a failed open, too.
            mdb_env_close(handle)
            // Linux calls a map that finds no room ENOMEM, valgrind and some sandboxes EINVAL.
            guard code == ENOMEM || code == EINVAL, mapByteCount > 1 << 24 else {
                throw openError(code, path: path)
            }
            mapByteCount /= 2
        }
    }

    /// LMDB's code names neither of the two files. The data file has been checked by now and its folder may
    /// be missing, so what remains of the formats' codes is the lock file's.
    private static func openError(_ code: Int32, path: String) -> LMDBError {
        let lockFile = path + "-lock"
        switch code {
        case MDB_VERSION_MISMATCH, MDB_INVALID:
            return LMDBError(code: code, operation: "mdb_env_open", path: lockFile)
        case EACCES, EPERM, EROFS, EISDIR:
            var status = stat()
            let isLockFile =
                stat(lockFile, &status) == 0
                && (status.st_mode & S_IFMT != S_IFREG || access(lockFile, R_OK | W_OK) != 0)
            return LMDBError(
                code: code,
                operation: "mdb_env_open",
                path: isLockFile ? lockFile : path
            )
        default:
            return LMDBError(code: code, operation: "mdb_env_open", path: path)
        }
    }
}
