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

    /// Makes searches fast: seals a tail that is long enough for a graph, builds the graphs that segments lack, and
    /// unlinks what is retired.
    ///
    /// Searches and writes go on meanwhile; a segment is searched row by row until its graph is published. Each
    /// graph is built on one thread, so that the same rows always give the same graph.
    ///
    /// - Parameters:
    ///   - threadCount: graphs that may be built at once, the caller's thread included.
    ///   - progress: called from those threads; `false` cancels. Graphs that are finished by then stay.
    /// - Throws: `cancelled`, `readOnly`, `closed`, `file`, `catalog`, `damaged`, `index`.
    public func maintain(
        threadCount: Int = 1, progress: @Sendable (Progress) -> Bool = { _ in true }
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
        try GraphBuild(collection: self, core: core, snapshot: try snapshot(of: core))
            .run(threadCount: threadCount, progress: progress)
    }
}
