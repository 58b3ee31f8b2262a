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
        try core.requireThisProcess()
        var information = MDB_envinfo()
        var statistics = MDB_stat()
        var code = mdb_env_info(core.handle, &information)
        if code == MDB_SUCCESS { code = mdb_env_stat(core.handle, &statistics) }
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

    /// The readers of all processes, those of dead ones included until ``clearStaleReaders()``.
    public func readers() throws(LMDBError) -> [Reader] {
        try core.requireThisProcess()
        var lines = Lines()
        let code = withUnsafeMutablePointer(to: &lines) { context in
            mdb_reader_list(
                core.handle,
                { line, context in
                    guard let line, let context else { return 0 }
                    context.assumingMemoryBound(to: Lines.self).pointee.add(String(cString: line))
                    return 0
                },
                context
            )
        }
        guard code >= 0 else { throw core.error(code, "mdb_reader_list") }
        return lines.readers
    }

    /// The oldest transaction that a reader still sees: no page freed since is used again. Nil without readers.
    public func oldestReaderTransaction() throws(LMDBError) -> UInt64? {
        try readers().compactMap(\.transaction).min()
    }

    /// Frees the slots of readers whose process has died, and tells how many.
    @discardableResult
    public func clearStaleReaders() throws(LMDBError) -> Int {
        try core.requireThisProcess()
        var count: Int32 = 0
        let code = mdb_reader_check(core.handle, &count)
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_reader_check") }
        return Int(count)
    }

    /// Brings everything committed to disk, for a handle of `relaxed` durability.
    public func sync() throws(LMDBError) {
        try core.requireThisProcess()
        guard !isReadOnly, !core.isReadOnly else { throw .readOnly(path: path) }
        let code = mdb_env_sync(core.handle, 1)
        guard code == MDB_SUCCESS else { throw core.error(code, "mdb_env_sync") }
    }

    /// Writes a consistent copy of the data file to `destination`, which must not exist, and syncs it.
    ///
    /// Holds a snapshot, and for a moment the write lock, while it copies: pages freed meanwhile are not
    /// reused. A copy that failed is left for the caller to remove.
    public func copy(to destination: String) throws(LMDBError) {
        try core.requireThisProcess()
        try core.requireNotWriting()
        let code = mdb_env_copy(core.handle, destination)
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
