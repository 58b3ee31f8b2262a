import CLMDB
import Glibc
import Synchronization

/// One `MDB_env`, shared by every ``Environment`` that names the same file in this process.
///
/// Created and closed under the lock of ``EnvironmentRegistry`` alone.
final class EnvironmentCore: Sendable {
    // LMDB's environment may be used from any thread; what may not happen at the same time (opening
    // databases, closing) is ordered by the locks here and in the registry.
    nonisolated(unsafe) let handle: OpaquePointer
    let path: String
    /// LMDB itself has the file open read-only, since this user may not write it.
    let isReadOnly: Bool
    let mapByteCount: Int
    let maximumDatabaseCount: Int
    let maximumKeyByteCount: Int
    let mark: ProcessMark
    /// No other environment of this process has or will have it.
    let identity: UInt64
    /// The disk has failed a commit. What the kernel had taken over before may be gone from its memory, and a later sync
    /// would not say so: nothing is written any more until the file is opened again.
    let hasFailed = Atomic<Bool>(false)
    /// The thread inside a write transaction, 0 if none of this process is.
    let writer = Atomic<UInt>(0)

    private static let lastIdentity = Atomic<UInt64>(0)

    private let databases = Mutex<[String: Database]>([:])
    /// LMDB allows one transaction at a time to open databases. Taken after the write lock, never before,
    /// and never held while waiting for it.
    private let opening = Mutex<Void>(())

    init(
        handle: OpaquePointer,
        path: String,
        isReadOnly: Bool,
        mapByteCount: Int,
        maximumDatabaseCount: Int
    ) {
        self.handle = handle
        self.path = path
        self.isReadOnly = isReadOnly
        self.mapByteCount = mapByteCount
        self.maximumDatabaseCount = maximumDatabaseCount
        maximumKeyByteCount = Int(mdb_env_get_maxkeysize(handle))
        mark = ProcessMark()
        identity = Self.lastIdentity.wrappingAdd(1, ordering: .relaxed).newValue
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

    func cachedDatabase(_ name: String) -> Database? {
        databases.withLock { $0[name] }
    }

    /// Opens the database `name` in `transaction`, commits it or gives it up, and remembers the database.
    func openDatabase(
        _ name: String,
        flags: Int32,
        in transaction: OpaquePointer
    ) throws(LMDBError) -> Database {
        let hasIntegerKeys = flags & MDB_INTEGERKEY != 0
        var database: MDB_dbi = 0
        var foundFlags: UInt32 = 0
        let (operation, code) = opening.withLock { _ -> (String, Int32) in
            var code = mdb_dbi_open(transaction, name, UInt32(flags), &database)
            if code == MDB_SUCCESS {
                code = mdb_dbi_flags(transaction, database, &foundFlags)
            }
            guard code == MDB_SUCCESS else {
                mdb_txn_abort(transaction)
                return ("mdb_dbi_open", code)
            }
            return ("mdb_txn_commit", commit(transaction))
        }
        switch code {
        case MDB_SUCCESS: break
        case MDB_NOTFOUND: throw .databaseNotFound(path: path, name: name)
        case MDB_INCOMPATIBLE:
            throw .incompatibleDatabase(path: path, name: name, reason: "not a database")
        default: throw error(code, operation)
        }
        let expectedFlags = UInt32(hasIntegerKeys ? MDB_INTEGERKEY : 0)
        guard foundFlags == expectedFlags else {
            throw .incompatibleDatabase(
                path: path,
                name: name,
                reason: "made with flags \(foundFlags), expected \(expectedFlags)"
            )
        }
        let opened = Database(
            name: name,
            hasIntegerKeys: hasIntegerKeys,
            handle: database,
            environment: identity
        )
        databases.withLock { $0[name] = opened }
        return opened
    }

    /// LMDB's code, or an `errno`, as an error that names the file.
    func error(_ code: Int32, _ operation: String) -> LMDBError {
        switch code {
        case MDB_READERS_FULL:
            .readersFull(path: path, maximumReaderCount: maximumReaderCount)
        case MDB_MAP_FULL: .mapFull(path: path, mapByteCount: mapByteCount)
        case MDB_DBS_FULL: .databasesFull(path: path, maximumDatabaseCount: maximumDatabaseCount)
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

    /// As the lock file has it: the process that made the file decided.
    var maximumReaderCount: Int {
        var count: UInt32 = 0
        _ = mdb_env_get_maxreaders(handle, &count)
        return Int(count)
    }
}
