import CLMDB
import Glibc

/// The transaction that may write, inside ``Environment/write(_:)``.
public struct WriteTransaction: ~Copyable, Transaction {
    /// LMDB's transaction, for this module alone.
    public let handle: TransactionHandle
    /// A value was reserved and not filled: the transaction may not commit.
    private(set) var isBroken = false

    init(handle: TransactionHandle) {
        self.handle = handle
    }

    /// Stores `value` under `key`.
    ///
    /// - Throws: `.keyExists` if the key is there and `overwrite` is false; `.mapFull`, `.keySize`, …
    public mutating func put(
        _ key: borrowing some Key,
        _ value: RawSpan,
        in database: Database,
        overwrite: Bool = true
    ) throws(LMDBError) {
        try put(key, byteCount: value.byteCount, in: database, overwrite: overwrite) {
            destination in
            value.withUnsafeBytes { source in
                destination.withUnsafeMutableBytes { $0.copyMemory(from: source) }
            }
        }
    }

    /// Stores `value` under `key`.
    public mutating func put(
        _ key: borrowing some Key,
        _ value: [UInt8],
        in database: Database,
        overwrite: Bool = true
    ) throws(LMDBError) {
        try put(key, value.span.bytes, in: database, overwrite: overwrite)
    }

    /// Reserves `byteCount` bytes under `key` and has `fill` write the value straight into LMDB's page.
    ///
    /// What `fill` finds there is arbitrary: write every byte. If `fill` throws, the transaction cannot
    /// commit any more.
    public mutating func put<Failure: LMDBErrorConvertible>(
        _ key: borrowing some Key,
        byteCount: Int,
        in database: Database,
        overwrite: Bool = true,
        _ fill: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let destination: UnsafeMutableRawBufferPointer
        do throws(LMDBError) {
            destination = try reserve(byteCount, for: key, in: database, overwrite: overwrite)
        } catch {
            throw Failure(error)
        }
        var span = destination.mutableBytes
        do throws(Failure) {
            try fill(&span)
        } catch {
            isBroken = true
            throw error
        }
    }

    /// ``put(_:byteCount:in:overwrite:_:)`` for a closure that throws nothing of its own.
    public mutating func put(
        _ key: borrowing some Key,
        byteCount: Int,
        in database: Database,
        overwrite: Bool = true,
        _ fill: (inout MutableRawSpan) -> Void
    ) throws(LMDBError) {
        var span = try reserve(byteCount, for: key, in: database, overwrite: overwrite).mutableBytes
        fill(&span)
    }

    /// Removes `key` and its value; false if it was not there.
    @discardableResult
    public mutating func delete<K: Key>(
        _ key: borrowing K,
        in database: Database
    ) throws(LMDBError) -> Bool {
        try key.withKeyBytes { bytes throws(LMDBError) -> Bool in
            try handle.check(database, K.self, bytes)
            var key = MDB_val(bytes)
            let code = mdb_del(handle.raw, database.handle, &key, nil)
            guard code == MDB_SUCCESS || code == MDB_NOTFOUND else {
                throw handle.core.error(code, "mdb_del")
            }
            return code == MDB_SUCCESS
        }
    }

    /// Removes every entry of the database.
    public mutating func deleteAll(in database: Database) throws(LMDBError) {
        try handle.check(database)
        let code = mdb_drop(handle.raw, database.handle, 0)
        guard code == MDB_SUCCESS else { throw handle.core.error(code, "mdb_drop") }
    }

    private func reserve<K: Key>(
        _ byteCount: Int,
        for key: borrowing K,
        in database: Database,
        overwrite: Bool
    ) throws(LMDBError) -> UnsafeMutableRawBufferPointer {
        guard 0...Int(UInt32.max) ~= byteCount else {
            throw .valueSize(database: database.name, byteCount: byteCount)
        }
        return try key.withKeyBytes { bytes throws(LMDBError) -> UnsafeMutableRawBufferPointer in
            try handle.check(database, K.self, bytes)
            var key = MDB_val(bytes)
            var value = MDB_val(mv_size: byteCount, mv_data: nil)
            let flags = UInt32(MDB_RESERVE | (overwrite ? 0 : MDB_NOOVERWRITE))
            let code = mdb_put(handle.raw, database.handle, &key, &value, flags)
            switch code {
            case MDB_SUCCESS:
                return UnsafeMutableRawBufferPointer(start: value.mv_data, count: value.mv_size)
            case MDB_KEYEXIST: throw .keyExists(database: database.name)
            case MDB_BAD_VALSIZE: throw .valueSize(database: database.name, byteCount: byteCount)
            default: throw handle.core.error(code, "mdb_put")
            }
        }
    }
}
