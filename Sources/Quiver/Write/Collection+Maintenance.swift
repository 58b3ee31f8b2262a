import LMDB

extension Collection {
    /// Moves the tail into a segment now; nothing happens if it is empty.
    ///
    /// - Parameter progress: `false` cancels; the tail then stays as it is.
    /// - Throws: `cancelled`, `readOnly`, `closed`, `file`, `catalog`, `damaged`.
    public func seal(progress: (Progress) -> Bool = { _ in true }) throws(StoreError) {
        let core = try store.core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            try Seal(core: core, view: try snapshot(of: core).view).run(progress: progress)
        }
    }

    /// Makes searches fast: seals a tail that is long enough for an index, merges segments where that is worthwhile
    /// (`CompactionOptions.Extent`), builds the indexes that they lack, measures their recall (`calibrate`), and
    /// unlinks what is retired.
    ///
    /// Where no index of the kind can be made of a segment's rows, that is decided for good and the others are built:
    /// `statistics()` tells which and why.
    ///
    /// Searches and writes go on meanwhile; a segment is searched row by row until its index is published. The same rows
    /// always give the same index, whatever the number of threads.
    ///
    /// - Parameters:
    ///   - threadCount: threads that may work at once, the caller's included.
    ///   - progress: called from those threads; `false` cancels. Indexes that are finished by then stay.
    /// - Throws: `cancelled`, `readOnly`, `closed`, `file`, `catalog`, `damaged`, `index`.
    public func maintain(
        threadCount: Int = 1,
        progress: @escaping @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) {
        let core = try store.core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            let view = try snapshot(of: core).view
            let isTailLong = view.record.schema.vectorFields.contains { field in
                let rows = view.tail.reduce(0) { $0 + $1.commit.rows(of: field.id).map.rowCount }
                return field.field.index != .exact
                    && rows >= IndexSpecification.automaticGraphRowCount
            }
            if isTailLong { try Seal(core: core, view: view).run(progress: progress) }
            try core.unlinkRetired()
        }
        _ = try compactSegments(
            CompactionOptions(extent: .worthwhile, threadCount: threadCount),
            progress: progress
        )
        try InvertedIndexBuild(collection: self, core: core, view: try snapshot(of: core).view)
            .run(progress: progress)
        try IndexBuild(collection: self, core: core, view: try snapshot(of: core).view)
            .run(threadCount: threadCount, progress: progress)
        try calibrateWhereChanged(threadCount: threadCount, progress: progress)
    }
}
