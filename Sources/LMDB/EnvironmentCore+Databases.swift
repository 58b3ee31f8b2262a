import CLMDB
import Synchronization

/// How databases are opened: one at a time, each in a transaction of its own that begins after the one before it
/// has ended. LMDB gives a database the first number that was free when the transaction began, whatever
/// other transactions have opened since: two databases would end up under one number.
extension EnvironmentCore {
    /// The database `name` if it has been opened before.
    func cachedDatabase(_ name: String) -> Database? {
        databases.withLock { $0[name] }
    }

    /// Opens the database `name`, which is there.
    func openDatabase(_ name: String, integerKeys: Bool) throws(LMDBError) -> Database {
        try databases.withLock { databases throws(LMDBError) in
            if let opened = databases[name] { return opened }
            let flags = integerKeys ? MDB_INTEGERKEY : 0
            while true {
                let file = try borrowFile()
                defer { returnFile() }
                let opened = try openDatabase(name, flags: flags, in: begin(MDB_RDONLY, file))
                // Where copies are read, another thread may have made a new one meanwhile.
                guard remember(opened, in: file) else { continue }
                databases[name] = opened
                return opened
            }
        }
    }

    /// Opens the database `name`, making it if it is not there. Waits for the write lock.
    func createDatabase(
        _ name: String,
        integerKeys: Bool,
        _ durability: Environment.Durability
    ) throws(LMDBError) -> Database {
        while true {
            // Others go on opening databases while this thread waits for the write lock.
            let count = databases.withLock { $0.count }
            let created = try withWriteLock(durability) { transaction throws(LMDBError) in
                try databases.withLock { databases throws(LMDBError) -> Database? in
                    guard databases.count == count else {
                        mdb_txn_abort(transaction)
                        return nil
                    }
                    let flags = MDB_CREATE | (integerKeys ? MDB_INTEGERKEY : 0)
                    let created = try openDatabase(name, flags: flags, in: transaction)
                    remember(created)
                    databases[name] = created
                    return created
                }
            }
            if let created = created ?? cachedDatabase(name) { return created }
        }
    }

    /// Notes a database, to be opened in every environment that follows; false if `file` is not the current one.
    @discardableResult
    private func remember(_ database: Database, in file: OpenFile? = nil) -> Bool {
        current.withLock { current in
            guard file == nil || current.file === file else { return false }
            current.databases.append(database)
            return true
        }
    }

    /// Opens the database `name` in `transaction`, and commits that or gives it up.
    private func openDatabase(
        _ name: String,
        flags: Int32,
        in transaction: OpaquePointer
    ) throws(LMDBError) -> Database {
        var database: MDB_dbi = 0
        var foundFlags: UInt32 = 0
        let expectedFlags = UInt32(flags & MDB_INTEGERKEY)
        var code = mdb_dbi_open(transaction, name, UInt32(flags), &database)
        if code == MDB_SUCCESS {
            code = mdb_dbi_flags(transaction, database, &foundFlags)
        }
        // Given up, the transaction takes the number back.
        guard code == MDB_SUCCESS, foundFlags == expectedFlags else {
            mdb_txn_abort(transaction)
            switch code {
            case MDB_SUCCESS:
                throw .incompatibleDatabase(
                    path: path,
                    name: name,
                    reason: "made with flags \(foundFlags), expected \(expectedFlags)"
                )
            case MDB_NOTFOUND: throw .databaseNotFound(path: path, name: name)
            case MDB_INCOMPATIBLE:
                throw .incompatibleDatabase(path: path, name: name, reason: "not a database")
            default: throw error(code, "mdb_dbi_open")
            }
        }
        code = commit(transaction)
        guard code == MDB_SUCCESS else { throw error(code, "mdb_txn_commit") }
        return Database(
            name: name,
            hasIntegerKeys: flags & MDB_INTEGERKEY != 0,
            handle: database,
            environment: identity
        )
    }
}
