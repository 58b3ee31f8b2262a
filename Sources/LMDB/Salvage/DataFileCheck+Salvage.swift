import Glibc

extension DataFileCheck {
    /// Hands out every entry of the file at `path` that can still be read, for what is to be built from a damaged file.
    ///
    /// In an intact file these are the entries of the last transaction, as ``walk(path:onEntry:)`` hands them out. In a damaged one
    /// the walk goes round what is damaged, takes page kinds, lengths and records as they come if they can be meant
    /// so, and goes through both transactions that the meta pages know of: what is lost in the last one may be found in the
    /// one before. An entry is handed out once: the same key may come again with another value, from another page. The
    /// last transaction comes first.
    ///
    /// What is handed out may be wrong: an older value, one under another database or key, bytes that never were a value. Have a
    /// checksum in each value that knows its database and key, and take the first that fits.
    ///
    /// Neither crashes nor loops on any file; opens no lock file. Nobody may write to the file meanwhile. Memory: some bytes a page, and, if the file is
    /// damaged, a few for each entry; the longest value.
    ///
    /// - Parameters:
    ///   - alsoOlder: goes through both transactions even if no page is damaged, for a caller who has met values that do
    ///     not match their checksums: a change inside a value is nothing that the pages could tell.
    ///   - onEntry: key and value are valid inside the closure. `transaction` is the state in which the entry was
    ///     found.
    /// - Returns: what ``check(path:)`` says.
    /// - Throws: `.notFound`, `.permissionDenied`, `.notARegularFile`. Damage is not thrown, nor are pages that the disk
    ///   cannot read.
    public static func salvage<Failure: LMDBErrorConvertible>(
        path: String,
        alsoOlder: Bool = false,
        onEntry: (
            _ database: [UInt8], _ key: RawSpan, _ value: RawSpan, _ transaction: UInt64
        ) throws(Failure) -> Void
    ) throws(Failure) -> DataFileReport {
        let (file, byteCount) = try converting(to: Failure.self) { () throws(LMDBError) in
            let file = try DataFile(path: path)
            return (file, try file.byteCount())
        }
        let report = try converting(to: Failure.self) { () throws(LMDBError) in
            try reportEvenUnreadable(file)
        }
        let states = try converting(to: Failure.self) { () throws(LMDBError) in
            try SalvageState.states(of: file, byteCount: byteCount)
        }
        let isOneEnough = report.isIntact && !alsoOlder
        var salvage = Salvage(file: file, byteCount: byteCount, isOneWalk: isOneEnough)
        for state in isOneEnough ? states.prefix(1) : states[...] {
            try salvage.walk(state) { database, key, value throws(Failure) in
                try onEntry(database, key.bytes, value.bytes, state.meta.transaction)
            }
        }
        return report
    }

    /// ``salvage(path:alsoOlder:onEntry:)`` for a closure that throws nothing of its own.
    public static func salvage(
        path: String,
        alsoOlder: Bool = false,
        onEntry: (
            _ database: [UInt8], _ key: RawSpan, _ value: RawSpan, _ transaction: UInt64
        ) -> Void
    ) throws(LMDBError) -> DataFileReport {
        try salvage(path: path, alsoOlder: alsoOlder) {
            database,
            key,
            value,
            transaction throws(LMDBError) in
            onEntry(database, key, value, transaction)
        }
    }

    /// A disk that cannot read a page is damage like any other.
    private static func reportEvenUnreadable(_ file: DataFile) throws(LMDBError) -> DataFileReport {
        do throws(LMDBError) {
            return try check(file)
        } catch {
            guard case .system(_, _, EIO) = error else { throw error }
            var report = DataFileReport()
            report.add(
                DataFileReport.Damage(
                    page: 0,
                    what: "a page of the file",
                    expected: "bytes",
                    found: "an error of the disk"
                )
            )
            return report
        }
    }
}
