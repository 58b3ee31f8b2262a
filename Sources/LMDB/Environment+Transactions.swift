import CLMDB
import Glibc

extension Environment {
    /// Runs `body` with a snapshot of the environment, which sees no later commit. Never waits for a writer.
    ///
    /// While it runs, no page of the snapshot is reused and the file may grow, so keep it short. Takes a
    /// reader slot. The transaction cannot be stored or leave `body`.
    ///
    /// - Throws: what `body` throws; `.readersFull`, `.mapResized`, `.usedAfterFork`.
    public func read<R: ~Copyable, Failure: LMDBErrorConvertible>(
        _ body: (borrowing ReadTransaction) throws(Failure) -> R
    ) throws(Failure) -> R {
        try core.withReading { raw throws(Failure) in
            try body(ReadTransaction(handle: TransactionHandle(raw: raw, core: core)))
        }
    }

    /// ``read(_:)`` for a body that throws nothing of its own.
    public func read<R: ~Copyable>(_ body: (borrowing ReadTransaction) -> R) throws(LMDBError) -> R
    {
        try read { transaction throws(LMDBError) in body(transaction) }
    }

    /// Runs `body` with the one write transaction that all processes have between them; commits what it did
    /// when it returns, and nothing of it when it throws.
    ///
    /// Waits for another writer's transaction to end. `body` runs on the caller's thread. If the commit
    /// throws, nothing is kept, except after `.environmentFailed` and system errors of the very last
    /// write, where it is open which state a reader will find, the old one or the new one. After `EIO` every later
    /// call throws `.environmentFailed`, until all handles are closed and the file is opened again.
    ///
    /// - Parameter durability: of this commit; `nil` takes the handle's.
    /// - Throws: what `body` throws; `.readOnly`, `.nestedWrite`, `.mapFull`, `.transactionFull`, `.system`, …
    @discardableResult
    public func write<R: ~Copyable, Failure: LMDBErrorConvertible>(
        durability: Durability? = nil,
        _ body: (inout WriteTransaction) throws(Failure) -> R
    ) throws(Failure) -> R {
        guard !isReadOnly else { throw Failure(.readOnly(path: path)) }
        return try core.withWriteLock(durability ?? self.durability) { raw throws(Failure) -> R in
            var transaction = WriteTransaction(handle: TransactionHandle(raw: raw, core: core))
            let result: R
            do throws(Failure) {
                result = try body(&transaction)
            } catch {
                // In a fork made by `body`, the lock and the pages are the parent's.
                if core.mark.isThisProcess { mdb_txn_abort(raw) }
                throw error
            }
            guard core.mark.isThisProcess else { throw Failure(.usedAfterFork(path: path)) }
            guard !transaction.isBroken else {
                mdb_txn_abort(raw)
                throw Failure(.badTransaction(path: path))
            }
            let code = core.commit(raw)
            guard code == MDB_SUCCESS else {
                throw Failure(core.error(code, "mdb_txn_commit"))
            }
            return result
        }
    }

    /// ``write(_:)`` for a body that throws nothing of its own.
    @discardableResult
    public func write<R: ~Copyable>(_ body: (inout WriteTransaction) -> R) throws(LMDBError) -> R {
        try write { transaction throws(LMDBError) in body(&transaction) }
    }
}
