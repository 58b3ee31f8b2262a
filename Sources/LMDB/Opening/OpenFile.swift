import CLMDB
import Glibc
import Synchronization

/// An `MDB_env`, closed at the latest when its last user lets go of it.
final class OpenFile: Sendable {
    // LMDB's environment may be used from any thread; what may not happen at the same time (opening databases,
    // closing) is ordered by the locks of `EnvironmentCore` and `EnvironmentRegistry`.
    nonisolated(unsafe) let handle: OpaquePointer
    let mapByteCount: Int
    let identity: FileIdentity
    private let mark = ProcessMark()
    private let isClosed = Atomic(false)
    /// Its descriptor may not be closed before the environment.
    private let lockFile: LockFile?

    private init(
        handle: OpaquePointer,
        mapByteCount: Int,
        identity: FileIdentity,
        lockFile: LockFile?
    ) {
        self.handle = handle
        self.mapByteCount = mapByteCount
        self.identity = identity
        self.lockFile = lockFile
    }

    deinit {
        close()
    }

    /// Closes the environment now, whoever still knows it. Nobody uses it any more.
    func close() {
        // In a fork, closing it would free the parent's reader slots.
        guard mark.isThisProcess, !isClosed.exchange(true, ordering: .relaxed) else { return }
        mdb_env_close(handle)
    }

    /// Opens the data file that `path` names when this returns.
    ///
    /// - Parameter lockFile: this module's part in the locking; nil if LMDB is told to do without or will fail.
    static func open(
        path: String,
        options: Environment.Options,
        flags: Int32,
        lockFile: LockFile?
    ) throws(LMDBError) -> OpenFile {
        var attempts = 0
        while true {
            attempts += 1
            let opened = try openOnce(path, options, flags, lockFile)
            // Another file may have been put in its place by now, and be the one that everybody else writes to.
            let current = try FileIdentity.current(path)
            if current == nil || current == opened.identity {
                _ = mdb_reader_check(opened.handle, nil)
                return opened
            }
            guard attempts < 100 else { throw .keepsChanging(path: path, attempts: attempts) }
        }
    }

    private static func openOnce(
        _ path: String,
        _ options: Environment.Options,
        _ flags: Int32,
        _ lockFile: LockFile?
    ) throws(LMDBError) -> OpenFile {
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
            let flags = MDB_NOSUBDIR | MDB_NOTLS | flags
            do throws(LMDBError) {
                code = try lockFile.whileOpening {
                    mdb_env_open(handle, path, UInt32(flags), mode_t(options.mode))
                }
                if code == MDB_SUCCESS {
                    return OpenFile(
                        handle: handle,
                        mapByteCount: mapByteCount,
                        identity: try identity(of: handle, path),
                        lockFile: lockFile
                    )
                }
            } catch {
                mdb_env_close(handle)
                throw error
            }
            // LMDB wants it closed after a failed open, too.
            mdb_env_close(handle)
            // Linux calls a map that finds no room ENOMEM, valgrind and some sandboxes EINVAL.
            guard code == ENOMEM || code == EINVAL, mapByteCount > 1 << 24 else {
                throw error(code, path: path)
            }
            mapByteCount /= 2
        }
    }

    /// The data file that LMDB has opened, which is not passed on to programs that this process starts.
    private static func identity(of handle: OpaquePointer, _ path: String) throws(LMDBError)
        -> FileIdentity
    {
        var descriptor: Int32 = -1
        var status = stat()
        guard mdb_env_get_fd(handle, &descriptor) == MDB_SUCCESS,
            fstat(descriptor, &status) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else {
            throw LMDBError(code: errno, operation: "fstat", path: path)
        }
        return FileIdentity(status)
    }

    /// LMDB's code names neither of the two files. The data file has been checked by now and its folder may
    /// be missing, so what remains of the formats' codes is the lock file's.
    private static func error(_ code: Int32, path: String) -> LMDBError {
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
