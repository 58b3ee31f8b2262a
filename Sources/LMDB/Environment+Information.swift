import CLMDB
import Glibc

extension Environment {
    /// Sizes and counts at one moment.
    public struct Information: Sendable, Equatable {
        /// The size of the map, and the largest size of the file.
        public let mapByteCount: Int
        /// The size of a page.
        public let pageByteCount: Int
        /// The last page that was ever used.
        public let lastPageNumber: UInt64
        /// The last transaction that was committed.
        public let lastTransaction: UInt64
        /// The size of the reader table.
        public let maximumReaderCount: Int
        /// The slots of the reader table that were ever used at one time.
        public let usedReaderCount: Int
    }

    /// A taken slot of the reader table.
    public struct Reader: Sendable, Equatable {
        /// The reader's process, alive or dead.
        public let process: Int32
        /// The transaction whose snapshot it reads; nil if it is between snapshots.
        public let transaction: UInt64?
    }

    /// Sizes and counts of the environment now.
    public func information() throws(LMDBError) -> Information {
        var information = MDB_envinfo()
        var statistics = MDB_stat()
        let code = try core.withFile { handle throws(LMDBError) in
            let code = mdb_env_info(handle, &information)
            return code == MDB_SUCCESS ? mdb_env_stat(handle, &statistics) : code
        }
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_env_info") }
        return Information(
            mapByteCount: Int(information.me_mapsize),
            pageByteCount: Int(statistics.ms_psize),
            lastPageNumber: UInt64(information.me_last_pgno),
            lastTransaction: UInt64(information.me_last_txnid),
            maximumReaderCount: Int(information.me_maxreaders),
            usedReaderCount: Int(information.me_numreaders)
        )
    }

    /// The number of the last transaction that was committed, by whichever process: of ``information()``, and for the price of some loads.
    /// A reader may still get the snapshot before it for a moment (``Transaction/identifier`` says which it has got).
    public func lastTransaction() throws(LMDBError) -> UInt64 {
        var information = MDB_envinfo()
        let code = try core.withFile { mdb_env_info($0, &information) }
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_env_info") }
        return UInt64(information.me_last_txnid)
    }

    /// The readers of all processes, those of dead ones included until ``clearStaleReaders()``. Readers without
    /// permission to write are not among them (<doc:Reading>).
    public func readers() throws(LMDBError) -> [Reader] {
        var lines = Lines()
        let code = try core.withFile { handle throws(LMDBError) in
            withUnsafeMutablePointer(to: &lines) { context in
                mdb_reader_list(
                    handle,
                    { line, context in
                        guard let line, let context else { return 0 }
                        let lines = context.assumingMemoryBound(to: Lines.self)
                        lines.pointee.add(String(cString: line))
                        return 0
                    },
                    context
                )
            }
        }
        guard code >= 0 else { throw core.error(code, "mdb_reader_list") }
        return lines.readers
    }

    /// The oldest transaction that a reader still sees: no page freed since is used again. Nil without readers, or
    /// with none but those that read copies (<doc:Reading>).
    public func oldestReaderTransaction() throws(LMDBError) -> UInt64? {
        try readers().compactMap(\.transaction).min()
    }

    /// Frees the slots of readers whose process has died, and tells how many.
    @discardableResult
    public func clearStaleReaders() throws(LMDBError) -> Int {
        var count: Int32 = 0
        let code = try core.withFile { mdb_reader_check($0, &count) }
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_reader_check") }
        return Int(count)
    }

    /// Brings everything committed to disk, for a handle of `relaxed` durability.
    public func sync() throws(LMDBError) {
        try core.requireThisProcess()
        guard !isReadOnly, !core.isReadOnly else { throw .readOnly(path: path) }
        let code = try core.withFile { mdb_env_sync($0, 1) }
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_env_sync") }
    }

    /// Writes a consistent copy of the data file to `destination`, which must not exist, and syncs it.
    ///
    /// Holds a snapshot, and for a moment the write lock, while it copies: pages freed meanwhile are not
    /// reused. A copy that failed is left for the caller to remove.
    public func copy(to destination: String) throws(LMDBError) {
        try core.requireThisProcess()
        try core.requireNotWriting()
        let code = try core.withFile { mdb_env_copy($0, destination) }
        guard code == MDB_SUCCESS else {
            throw code > 0
                ? LMDBError(code: code, operation: "mdb_env_copy", path: destination)
                : core.error(code, "mdb_env_copy")
        }
        let descriptor = Glibc.open(destination, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw LMDBError(code: errno, operation: "open", path: destination)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw LMDBError(code: errno, operation: "fsync", path: destination)
        }
    }
}

/// The lines of `mdb_reader_list`: a heading, then process, thread (hexadecimal) and transaction or "-".
private struct Lines {
    var readers: [Environment.Reader] = []

    mutating func add(_ line: String) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count == 3, let process = Int32(fields[0]) else { return }
        readers.append(Environment.Reader(process: process, transaction: UInt64(fields[2])))
    }
}
