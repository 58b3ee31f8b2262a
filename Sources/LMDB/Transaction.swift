import CLMDB

/// What reading and writing transactions have in common: reading.
///
/// Every span handed to a closure lies in LMDB's own memory: valid inside the closure, at any alignment (load
/// unaligned), never copied. The compiler keeps it inside, and keeps a writer from writing meanwhile.
public protocol Transaction: ~Copyable {
    /// LMDB's transaction, for this module alone.
    var handle: TransactionHandle { get }
}

/// LMDB's transaction and its environment. Good while the closure that got the transaction runs.
public struct TransactionHandle {
    let raw: OpaquePointer
    let core: EnvironmentCore
}

/// A snapshot of an environment inside ``Environment/read(_:)``.
public struct ReadTransaction: ~Copyable, Transaction {
    /// LMDB's transaction, for this module alone.
    public let handle: TransactionHandle
}

extension Transaction where Self: ~Copyable {
    /// The number of the transaction that made this snapshot, or of this one if it writes.
    public var identifier: UInt64 { UInt64(mdb_txn_id(handle.raw)) }

    /// Calls `body` with the value of `key`, in place; nil if there is none.
    public borrowing func withValue<K: Key, R: ~Copyable, Failure: LMDBErrorConvertible>(
        for key: borrowing K,
        in database: Database,
        _ body: (RawSpan) throws(Failure) -> R
    ) throws(Failure) -> R? {
        try key.withKeyBytes { bytes throws(Failure) -> R? in
            var value = MDB_val()
            let code: Int32
            do throws(LMDBError) {
                try handle.check(database, K.self, bytes)
                var key = MDB_val(bytes)
                code = mdb_get(handle.raw, database.handle, &key, &value)
                guard code == MDB_SUCCESS || code == MDB_NOTFOUND else {
                    throw handle.core.error(code, "mdb_get")
                }
            } catch {
                throw Failure(error)
            }
            guard code == MDB_SUCCESS else { return nil }
            return try body(value.bytes.bytes)
        }
    }

    /// ``withValue(for:in:_:)`` for a body that throws nothing of its own.
    public borrowing func withValue<K: Key, R: ~Copyable>(
        for key: borrowing K,
        in database: Database,
        _ body: (RawSpan) -> R
    ) throws(LMDBError) -> R? {
        try withValue(for: key, in: database) { value throws(LMDBError) in body(value) }
    }

    /// A copy of the value of `key`; nil if there is none.
    public borrowing func value(
        for key: borrowing some Key,
        in database: Database
    ) throws(LMDBError) -> [UInt8]? {
        try withValue(for: key, in: database) { value in
            value.withUnsafeBytes { [UInt8]($0) }
        }
    }

    /// Whether `key` is there.
    public borrowing func contains(
        _ key: borrowing some Key,
        in database: Database
    ) throws(LMDBError) -> Bool {
        try withValue(for: key, in: database) { _ in true } ?? false
    }

    /// How many entries the database has. O(1).
    public borrowing func entryCount(in database: Database) throws(LMDBError) -> Int {
        try handle.check(database)
        var statistics = MDB_stat()
        let code = mdb_stat(handle.raw, database.handle, &statistics)
        guard code == MDB_SUCCESS else { throw handle.core.error(code, "mdb_stat") }
        return Int(statistics.ms_entries)
    }

    /// Whether the database has no entry. O(1).
    public borrowing func isEmpty(_ database: Database) throws(LMDBError) -> Bool {
        try entryCount(in: database) == 0
    }
}

extension TransactionHandle {
    /// Refuses a fork's use, and a database of another environment.
    func check(_ database: Database) throws(LMDBError) {
        try core.requireThisProcess()
        guard database.environment == core.identity else {
            throw .wrongEnvironment(database: database.name)
        }
    }

    /// Refuses keys that LMDB would misread: of the wrong kind or size.
    func check<K: Key>(_ database: Database, _: K.Type, _ key: UnsafeRawBufferPointer)
        throws(LMDBError)
    {
        try check(database)
        guard K.isInteger == database.hasIntegerKeys else {
            throw .wrongKeyKind(database: database.name, hasIntegerKeys: database.hasIntegerKeys)
        }
        guard 1...core.maximumKeyByteCount ~= key.count else {
            throw .keySize(
                database: database.name,
                byteCount: key.count,
                maximum: core.maximumKeyByteCount
            )
        }
    }
}

extension MDB_val {
    /// Bytes that LMDB will only read.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(
            mv_size: bytes.count,
            mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        )
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: mv_data, count: mv_size)
    }
}
