/// A look at a data file that LMDB has no part in: every page of every tree, from plain bytes.
///
/// LMDB trusts its pages; this does not. It maps nothing, calls nothing of LMDB's, and neither crashes nor
/// loops on any file. It may run beside readers and writers of any process, and opens no lock file. What
/// it cannot see is a change inside a key or value that keeps the keys in order: LMDB has no checksums.
public enum DataFileCheck {
    /// Walks the file at `path` and reports its damage. An empty file is intact.
    ///
    /// One pass over the tree pages, without the overflow pages' contents; if a writer commits meanwhile and
    /// there is damage, a few more. Blocks on reads.
    ///
    /// - Throws: `.notFound`, `.permissionDenied`, `.notARegularFile`, `.system`. Damage is not thrown.
    public static func check(path: String) throws(LMDBError) -> DataFileReport {
        try check(DataFile(path: path))
    }

    static func check(_ file: DataFile) throws(LMDBError) -> DataFileReport {
        var attempts = 8
        while true {
            attempts -= 1
            let report = try walk(file, readsValues: false) { _, _, _ throws(LMDBError) in }
            // Pages of the walked transaction are written again only after a later one has committed.
            if report.isIntact || !report.wasOvertaken || attempts == 0 { return report }
        }
    }

    /// Walks the file at `path` once and hands every entry to `onEntry`, database by database in the order of
    /// their names, keys ascending; entries outside of named databases first, under the empty name.
    ///
    /// Goes on past damage and hands out what can still be read, which may then be incomplete, doubled or
    /// wrong. If the report says that a writer has overtaken the walk, and has damage, start again, or keep
    /// a read transaction open around the walk.
    ///
    /// - Parameter onEntry: key and value are valid inside the closure.
    public static func walk<Failure: LMDBErrorConvertible>(
        path: String,
        onEntry: (_ database: [UInt8], _ key: RawSpan, _ value: RawSpan) throws(Failure) -> Void
    ) throws(Failure) -> DataFileReport {
        let file = try converting(to: Failure.self) { () throws(LMDBError) in
            try DataFile(path: path)
        }
        return try walk(file, readsValues: true) { database, key, value throws(Failure) in
            try onEntry(database, key.bytes, value.bytes)
        }
    }

    /// ``walk(path:onEntry:)`` for a closure that throws nothing of its own.
    public static func walk(
        path: String,
        onEntry: (_ database: [UInt8], _ key: RawSpan, _ value: RawSpan) -> Void
    ) throws(LMDBError) -> DataFileReport {
        try walk(path: path) { database, key, value throws(LMDBError) in
            onEntry(database, key, value)
        }
    }

    private static func walk<Failure: LMDBErrorConvertible>(
        _ file: DataFile,
        readsValues: Bool,
        _ onEntry: (
            _ database: [UInt8], _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(Failure) -> Void
    ) throws(Failure) -> DataFileReport {
        let before = try converting(to: Failure.self) { () throws(LMDBError) in
            try DataFileHeader(of: file)
        }
        var report: DataFileReport
        if let newest = before.newest {
            var walk = PageWalk(file: file, meta: newest, byteCount: before.byteCount)
            for damage in before.damage { walk.add(damage) }
            try walk.walkEverything(readsValues: readsValues, onEntry)
            report = walk.report
        } else {
            report = DataFileReport()
            for damage in before.damage { report.add(damage) }
        }
        let after = try converting(to: Failure.self) { () throws(LMDBError) in
            try DataFileHeader(of: file)
        }
        report.wasOvertaken = after.metaPages != before.metaPages
        return report
    }
}
