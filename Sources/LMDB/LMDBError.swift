/// What went wrong in an LMDB environment, and with which file, database or key.
public enum LMDBError: Error, Sendable, Equatable {
    /// The map, and so the data file, cannot grow past `mapByteCount`. Nothing of the transaction is kept.
    case mapFull(path: String, mapByteCount: Int)
    /// Every reader slot is taken, by processes that are alive.
    case readersFull(path: String, maximumReaderCount: Int)
    /// The environment has as many open databases as it was opened for.
    case databasesFull(path: String, maximumDatabaseCount: Int)
    /// A transaction changed more pages than LMDB can keep track of. Nothing of it is kept.
    case transactionFull(path: String)
    /// Another process has let the file grow past this process's map. Open the environment again.
    case mapResized(path: String)

    /// The file was written in another version of LMDB's format. `found` is unknown for lock files.
    case versionMismatch(path: String, expected: UInt32, found: UInt32?)
    /// The file is no LMDB data file, or one that LMDB would refuse.
    case notAnEnvironment(path: String, reason: String)
    /// The file ends before its last page.
    case truncated(path: String, expectedByteCount: UInt64, foundByteCount: UInt64)
    /// A page holds something that no page of this kind can hold.
    case corrupted(path: String, page: UInt64?, reason: String)

    /// There is no such file, and it was not to be made; or its folder is missing.
    case notFound(path: String)
    /// The path names a directory, a device, …
    case notARegularFile(path: String)
    /// The file or its lock file may not be read or written by this user (`EACCES`, `EPERM`, `EROFS`).
    case permissionDenied(path: String, code: Int32)
    /// A system call failed. `code` is its `errno` (`ENOSPC`, `EIO`, `EDQUOT`, `ENOMEM`, …). LMDB reports a
    /// write that the system cut short, as it does when a disk fills up, as `EIO`.
    case system(operation: String, path: String, code: Int32)

    /// A key is empty or longer than `maximum` bytes.
    case keySize(database: String, byteCount: Int, maximum: Int)
    /// A value is longer than LMDB can store.
    case valueSize(database: String, byteCount: Int)
    /// Integer keys were used with a database of byte keys, or the other way round.
    case wrongKeyKind(database: String, hasIntegerKeys: Bool)
    /// `put` was told not to overwrite, and the key is there already.
    case keyExists(database: String)
    /// There is no database of that name, and it was not to be made.
    case databaseNotFound(path: String, name: String)
    /// The database was made with other flags, or its name cannot be used.
    case incompatibleDatabase(path: String, name: String, reason: String)
    /// The database was opened in another environment.
    case wrongEnvironment(database: String)

    /// Others changed the file faster than it could be opened or copied, `attempts` times in a row.
    case keepsChanging(path: String, attempts: Int)
    /// The environment was opened read-only.
    case readOnly(path: String)
    /// A write transaction was begun inside another one on the same thread, which would wait for itself.
    case nestedWrite(path: String)
    /// The transaction met an error earlier and can only be given up.
    case badTransaction(path: String)
    /// The process is a fork of the one that opened the environment.
    case usedAfterFork(path: String)
    /// A commit failed half-way. Close every handle of the environment and open it again.
    case environmentFailed(path: String)
    /// An LMDB code that has no case of its own.
    case unexpected(operation: String, path: String, code: Int32)
}

/// An error that can carry an ``LMDBError``, so that a transaction's body and LMDB can throw the same type.
public protocol LMDBErrorConvertible: Error {
    /// Carries `error`.
    init(_ error: LMDBError)
}

extension LMDBError: LMDBErrorConvertible {
    /// The error itself.
    public init(_ error: LMDBError) {
        self = error
    }
}

/// Runs `body` and throws its error as the caller's.
func converting<R: ~Copyable, Failure: LMDBErrorConvertible>(
    to _: Failure.Type,
    _ body: () throws(LMDBError) -> R
) throws(Failure) -> R {
    do throws(LMDBError) {
        return try body()
    } catch {
        throw Failure(error)
    }
}
