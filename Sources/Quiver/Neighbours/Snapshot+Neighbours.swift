import Glibc

extension Snapshot {
    /// Writes the k nearest rows of each row of a vector field, or of each vector of a list, with their exact scores, into a file
    /// that NumPy reads: an array of records `rows` (`int64[k]`, −1 where there are fewer) and `scores` (`float32[k]`, then
    /// NaN), nearest first, ties by key.
    ///
    /// Rows are numbered as the snapshot numbers them (`rowNumbers`, `owners`), and so are queries that are the collection's own
    /// rows; those of documents that are gone or do not take part have no neighbours. Works in stretches that fit the
    /// memory. What is written by the time of an error, of `false` from `progress` or of the process's death stays beside the file, as
    /// `path.part` and `path.part.log`, and the next call goes on from there, if it asks the same of a snapshot of the same
    /// state: a named one, or a collection that nothing was written to.
    ///
    /// - Parameters:
    ///   - path: of the file, which must not exist yet.
    ///   - progress: told how many queries are done of how many, from the threads that work; `false` cancels.
    /// - Throws: `alreadyExists`, `invalidK`, `invalidSearch`, also where `path.part` is of another question; `tooLittleMemory`,
    ///   `tooLarge`, `unknownVectorField`, `ambiguousVectorField`, `unknownField`, `invalidFilter`, `unknownSearchSetting`,
    ///   `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`; `cancelled`, `damaged`, `usedAfterFork`, `file`.
    @discardableResult
    public func writeNeighbours(
        _ request: NeighbourRequest,
        to path: String,
        progress: @Sendable (_ completed: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(StoreError) -> NeighbourSummary {
        try process.require()
        guard request.memoryByteCount >= NeighbourRequest.minimumMemoryByteCount else {
            throw .tooLittleMemory(
                found: request.memoryByteCount,
                minimum: NeighbourRequest.minimumMemoryByteCount
            )
        }
        guard access(path, F_OK) != 0 else { throw .alreadyExists(path: path) }
        let search = try NeighbourSearch(request, in: self)
        var work = try NeighbourWork(search, path: path)
        let resumed = work.completed
        while work.completed < search.queryCount { try work.writeStretch(progress) }
        try work.finish()
        return NeighbourSummary(queryCount: search.queryCount, resumedCount: resumed)
    }
}
