import CLMDB
import Glibc
import Synchronization

extension EnvironmentCore {
    func begin(_ flags: Int32, _ file: OpenFile) throws(LMDBError) -> OpaquePointer {
        var transaction: OpaquePointer?
        var code = mdb_txn_begin(file.handle, nil, UInt32(flags), &transaction)
        if code == MDB_READERS_FULL {
            // Slots of processes that were killed in the meantime count as taken.
            var staleCount: Int32 = 0
            if mdb_reader_check(file.handle, &staleCount) == MDB_SUCCESS, staleCount > 0 {
                code = mdb_txn_begin(file.handle, nil, UInt32(flags), &transaction)
            }
        }
        guard code == MDB_SUCCESS, let transaction else { throw error(code, "mdb_txn_begin") }
        return transaction
    }

    /// Runs `body` with a new read transaction, and ends that.
    func withReading<R: ~Copyable, Failure: LMDBErrorConvertible>(
        _ body: (OpaquePointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        let (file, transaction) = try converting(to: Failure.self) { () throws(LMDBError) in
            let file = try borrowFile()
            do throws(LMDBError) {
                return (file, try begin(MDB_RDONLY, file))
            } catch {
                returnFile()
                throw error
            }
        }
        defer {
            // In a fork made by `body`, ending it would free the parent's slot.
            if mark.isThisProcess {
                mdb_txn_abort(transaction)
                returnFile()
            }
        }
        // A copy lives as long as somebody reads it.
        return try withExtendedLifetime(file) { () throws(Failure) in try body(transaction) }
    }

    /// Runs `body` with a new write transaction, which `body` ends. Waits for the write lock.
    func withWriteLock<R: ~Copyable, Failure: LMDBErrorConvertible>(
        _ durability: Environment.Durability,
        _ body: (OpaquePointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        let (file, transaction) = try converting(to: Failure.self) { () throws(LMDBError) in
            try requireThisProcess()
            guard !isReadOnly else { throw .readOnly(path: path) }
            try requireNotWriting()
            guard !hasFailed.load(ordering: .relaxed) else { throw .environmentFailed(path: path) }
            let file = try borrowFile()
            do throws(LMDBError) {
                return (file, try begin(0, file))
            } catch {
                returnFile()
                throw error
            }
        }
        writer.store(pthread_self(), ordering: .relaxed)
        // Each handle has its own durability. Commit looks at the flag under the write lock, which is ours.
        _ = mdb_env_set_flags(
            file.handle,
            UInt32(MDB_NOMETASYNC),
            durability == .relaxed ? 1 : 0
        )
        defer {
            // Only this thread ever compares the value with itself, so that it does not matter that the
            // lock is free, and maybe taken again, by now.
            _ = writer.compareExchange(expected: pthread_self(), desired: 0, ordering: .relaxed)
            if mark.isThisProcess { returnFile() }
        }
        return try body(transaction)
    }

    /// Ends a transaction; gives LMDB's code, or the `errno` that stands behind it.
    func commit(_ transaction: OpaquePointer) -> Int32 {
        let code = cause(of: mdb_txn_commit(transaction))
        // From a write or from a sync: LMDB does not say which.
        if code == EIO { hasFailed.store(true, ordering: .relaxed) }
        return code
    }
}
