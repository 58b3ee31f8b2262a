import CLMDB
import Glibc
import Synchronization

/// What every ``Environment`` that names the same file in this process shares: LMDB's environment, and how it is
/// come by.
///
/// Created and closed under the lock of ``EnvironmentRegistry`` alone.
final class EnvironmentCore: Sendable {
    /// LMDB's environment now, and who uses it.
    struct Current {
        /// Nil once it has been closed, and where it could not be opened again in the place of another.
        var file: OpenFile?
        /// The calls that use `file`, transactions above all.
        var userCount = 0
        /// What is open in `file`, in the order of its numbers.
        var databases: [Database] = []
        /// How `file` is made, if it is a copy.
        var copies: PrivateCopies?
        /// Why there will be no file again.
        var failure: LMDBError?
    }

    let path: String
    let options: Environment.Options
    let access: Environment.Access
    /// LMDB itself has the file open read-only, since this user may not write it.
    let isReadOnly: Bool
    /// Nil without LMDB's locks.
    let lockFile: LockFile?
    let mapByteCount: Int
    /// As the lock file has it: the process that made the file decided.
    let maximumReaderCount: Int
    let maximumKeyByteCount: Int
    let mark: ProcessMark
    /// No other environment of this process has or will have it.
    let identity: UInt64
    /// The disk has failed a commit. What the kernel had taken over before may be gone from its memory, and a later sync
    /// would not say so: nothing is written any more until the file is opened again.
    let hasFailed = Atomic<Bool>(false)
    /// The thread inside a write transaction, 0 if none of this process is.
    let writer = Atomic<UInt>(0)
    /// The databases that are open, held by whoever opens one (`EnvironmentCore+Databases`). Never taken by one
    /// who holds `current`.
    let databases = Mutex<[String: Database]>([:])
    let current: Mutex<Current>

    private static let lastIdentity = Atomic<UInt64>(0)

    init(
        path: String,
        options: Environment.Options,
        access: Environment.Access,
        isReadOnly: Bool,
        lockFile: LockFile?,
        file: OpenFile,
        copies: PrivateCopies?
    ) {
        self.path = path
        self.options = options
        self.access = access
        self.isReadOnly = isReadOnly
        self.lockFile = lockFile
        mapByteCount = file.mapByteCount
        var readerCount: UInt32 = 0
        _ = mdb_env_get_maxreaders(file.handle, &readerCount)
        maximumReaderCount = Int(readerCount)
        maximumKeyByteCount = Int(mdb_env_get_maxkeysize(file.handle))
        mark = ProcessMark()
        identity = Self.lastIdentity.wrappingAdd(1, ordering: .relaxed).newValue
        current = Mutex(Current(file: file, copies: copies))
    }

    /// Throws in a fork of the process that opened the environment.
    func requireThisProcess() throws(LMDBError) {
        guard mark.isThisProcess else { throw .usedAfterFork(path: path) }
    }

    /// Throws if this thread is inside a write transaction, where waiting for the write lock would be for ever.
    func requireNotWriting() throws(LMDBError) {
        guard writer.load(ordering: .relaxed) != pthread_self() else {
            throw .nestedWrite(path: path)
        }
    }

    /// LMDB's code, or an `errno`, as an error that names the file.
    func error(_ code: Int32, _ operation: String) -> LMDBError {
        switch code {
        case MDB_READERS_FULL:
            .readersFull(path: path, maximumReaderCount: maximumReaderCount)
        case MDB_MAP_FULL: .mapFull(path: path, mapByteCount: mapByteCount)
        case MDB_DBS_FULL:
            .databasesFull(path: path, maximumDatabaseCount: max(1, options.maximumDatabaseCount))
        default: LMDBError(code: code, operation: operation, path: path)
        }
    }

    /// `code`, or what stands behind it: LMDB calls a write that was cut short `EIO`, and a write is cut short where the
    /// disk ends, or the length that this process may give to files. Then nothing is left of the commit.
    func cause(of code: Int32) -> Int32 {
        guard code == EIO else { return code }
        var system = statvfs()
        if statvfs(path, &system) == 0, system.f_bavail * system.f_frsize < 1 << 16 {
            return ENOSPC
        }
        var limit = rlimit()
        var file = stat()
        if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
            stat(path, &file) == 0, rlim_t(file.st_size) >= limit.rlim_cur
        {
            return EFBIG
        }
        return code
    }
}
