import CLMDB

/// A position in a database, closed when it goes.
struct Cursor: ~Copyable {
    private let raw: OpaquePointer
    private let core: EnvironmentCore
    private(set) var key = MDB_val()
    private(set) var value = MDB_val()

    init(_ handle: TransactionHandle, _ database: Database) throws(LMDBError) {
        try handle.check(database)
        var raw: OpaquePointer?
        let code = mdb_cursor_open(handle.raw, database.handle, &raw)
        guard code == MDB_SUCCESS, let raw else { throw handle.core.error(code, "mdb_cursor_open") }
        self.raw = raw
        core = handle.core
    }

    deinit {
        // In a fork the memory is the child's own copy: closing touches nothing of the parent.
        mdb_cursor_close(raw)
    }

    /// Moves; false if there is nothing there.
    mutating func move(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
        try core.requireThisProcess()
        let code = mdb_cursor_get(raw, &key, &value, operation)
        guard code == MDB_SUCCESS || code == MDB_NOTFOUND else {
            throw core.error(code, "mdb_cursor_get")
        }
        return code == MDB_SUCCESS
    }

    /// Moves to the first key that is not below `bound`.
    mutating func seek(_ bound: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        try core.requireThisProcess()
        key = MDB_val(bound)
        let code = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE)
        guard code == MDB_SUCCESS || code == MDB_NOTFOUND else {
            throw core.error(code, "mdb_cursor_get")
        }
        return code == MDB_SUCCESS
    }

    /// Removes the entry under the cursor. The next move forward finds its successor.
    mutating func delete() throws(LMDBError) {
        try core.requireThisProcess()
        let code = mdb_cursor_del(raw, 0)
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_cursor_del") }
    }
}
