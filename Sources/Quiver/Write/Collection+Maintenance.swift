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
            try Seal(core: core, snapshot: try snapshot(of: core)).run(progress: progress)
        }
    }

    /// Makes searches fast: seals a tail that is long enough for an index, builds the indexes that segments lack,
    /// and unlinks what is retired.
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
        progress: @Sendable (Progress) -> Bool = { _ in true }
    ) throws(StoreError) {
        let core = try store.core()
        try core.requireWriter()
        try core.withWriteLock { () throws(StoreError) in
            let snapshot = try snapshot(of: core)
            let isTailLong = snapshot.tailLiveCount >= StoredField.automaticGraphRowCount
            if isTailLong, snapshot.record.fields.contains(where: { $0.field.index != .exact }) {
                try Seal(core: core, snapshot: snapshot).run(progress: progress)
            }
            try core.unlinkRetired()
        }
        try IndexBuild(collection: self, core: core, snapshot: try snapshot(of: core))
            .run(threadCount: threadCount, progress: progress)
    }
}
