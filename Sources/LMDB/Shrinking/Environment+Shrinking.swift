import CLMDB

extension Environment {
    /// What became of an attempt to shrink a file.
    public enum Shrinking: Sendable, Equatable {
        /// The file was replaced; its lengths in bytes.
        case done(byteCountBefore: UInt64, byteCountAfter: UInt64)
        /// Nothing was done: the file has no page that is not in use, or it has another name (a hard link), under which
        /// it would live on.
        case nothingToGain
        /// Nothing was done: this process has another handle or a transaction.
        case inUseHere
        /// Nothing was done: another process has the file open.
        case inUseElsewhere
    }

    /// Replaces the data file by a copy without its free pages, if nobody else has it open, and goes on with that under
    /// the same handle.
    ///
    /// LMDB's files never shrink by themselves. ``freePageCount()`` tells what there is to gain. The copy is made beside
    /// the file (`path-shrinking`), which takes as much room as it will have, checked without LMDB, synced, and takes the
    /// file's place in one rename: a crash at any moment leaves one or the other. Databases stay open, and the last
    /// transaction keeps its number. While it works, opening the environment, in any process, and transactions of this one wait.
    ///
    /// Programs that use LMDB without this package may not open the file read-only at the same time.
    ///
    /// - Throws: `.readOnly`; `.corrupted` if a page is damaged; `.system` (`ENOSPC`, …) and `.permissionDenied`
    ///   if the copy cannot be made or take the file's place, and then the old file is in use as before. If only
    ///   the rename cannot be made durable, every later call throws `.environmentFailed`. If the new file cannot be opened
    ///   (memory, descriptors), that is thrown, and the next call tries again.
    public func shrink() throws(LMDBError) -> Shrinking {
        try shrink(.system)
    }

    package func shrink(_ operations: ShrinkingOperations) throws(LMDBError) -> Shrinking {
        try core.requireThisProcess()
        guard !isReadOnly, !core.isReadOnly else { throw .readOnly(path: path) }
        return try EnvironmentRegistry.shrink(core, operations)
    }

    /// How many pages the file has that are not in use, as of the last commit. About the same number of pages fewer would
    /// the file have after ``shrink()``.
    ///
    /// O(n) in the lists of free pages, which hold some 500 to a page.
    public func freePageCount() throws(LMDBError) -> UInt64 {
        try core.withReading { raw throws(LMDBError) in
            let freeTree = Database(
                name: "free pages",
                hasIntegerKeys: true,
                handle: 0,
                environment: core.identity
            )
            var cursor = try Cursor(TransactionHandle(raw: raw, core: core), freeTree)
            var count: UInt64 = 0
            while try cursor.move(MDB_NEXT) {
                let list = cursor.value.bytes
                if list.count >= 8 { count += list.loadUnaligned(as: UInt64.self) }
            }
            return count
        }
    }
}
