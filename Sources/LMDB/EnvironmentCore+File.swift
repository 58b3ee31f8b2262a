import CLMDB
import Glibc
import Synchronization

extension EnvironmentCore {
    /// LMDB's environment as it is now, which is not replaced before ``returnFile()``.
    ///
    /// Waits while another thread replaces it. Where copies are read, this makes one if there has been a commit since
    /// the last one.
    func borrowFile() throws(LMDBError) -> OpenFile {
        try requireThisProcess()
        return try current.withLock { current throws(LMDBError) in
            let file = try file(&current)
            current.userCount += 1
            return file
        }
    }

    /// Ends what ``borrowFile()`` began. Not in a fork.
    func returnFile() {
        current.withLock { $0.userCount -= 1 }
    }

    /// Runs `body` with LMDB's environment.
    func withFile<R>(_ body: (OpaquePointer) throws(LMDBError) -> R) throws(LMDBError) -> R {
        let file = try borrowFile()
        defer { returnFile() }
        return try withExtendedLifetime(file) { () throws(LMDBError) in try body(file.handle) }
    }

    /// LMDB's environment for the next call, opened or made anew if need be.
    func file(_ current: inout Current) throws(LMDBError) -> OpenFile {
        if let failure = current.failure { throw failure }
        let last = current.file
        let file: OpenFile
        if current.copies != nil {
            guard let copy = try current.copies?.current(last) else {
                preconditionFailure("copies do not vanish")
            }
            file = copy
        } else if let last {
            file = last
        } else {
            file = try openFile()
        }
        if file !== last {
            try openDatabases(current.databases, in: file)
            current.file = file
        }
        return file
    }

    /// Opens the file as it was opened before.
    func openFile() throws(LMDBError) -> OpenFile {
        try OpenFile.open(path: path, options: options, access, isReadOnly: isReadOnly, lockFile)
    }

    /// Opens databases in another environment, where they get the numbers that they had before.
    func openDatabases(_ databases: [Database], in file: OpenFile) throws(LMDBError) {
        guard !databases.isEmpty else { return }
        let transaction = try begin(MDB_RDONLY, file)
        for database in databases {
            var number: MDB_dbi = 0
            let flags = UInt32(database.hasIntegerKeys ? MDB_INTEGERKEY : 0)
            let code = mdb_dbi_open(transaction, database.name, flags, &number)
            guard code == MDB_SUCCESS, number == database.handle else {
                mdb_txn_abort(transaction)
                guard code != MDB_SUCCESS && code != MDB_NOTFOUND else {
                    throw .databaseNotFound(path: path, name: database.name)
                }
                throw error(code, "mdb_dbi_open")
            }
        }
        let code = mdb_txn_commit(transaction)
        guard code == MDB_SUCCESS else { throw error(code, "mdb_txn_commit") }
    }
}
