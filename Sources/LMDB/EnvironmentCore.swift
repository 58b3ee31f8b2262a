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
    /// The thread inside a write transaction, 0 if none of this process is.
    let writer = Atomic<UInt>(0)

    private static let lastIdentity = Atomic<UInt64>(0)

    /// The databases that are open, held by whoever opens one (`EnvironmentCore+Databases`).
    let databases = Mutex<[String: Database]>([:])

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

    /// Whether a commit failed for want of room. LMDB calls a write that was cut short `EIO`, and a write is cut
    /// short where the disk ends; then nothing is left of it.
    func isDiskFull(_ code: Int32) -> Bool {
        var status = statvfs()
        guard code == EIO, statvfs(path, &status) == 0 else { return code == ENOSPC }
        return status.f_bavail * status.f_frsize < 1 << 16
    }

    /// As the lock file has it: the process that made the file decided.
    var maximumReaderCount: Int {
        var count: UInt32 = 0
        _ = mdb_env_get_maxreaders(handle, &count)
        return Int(count)
    }
}
