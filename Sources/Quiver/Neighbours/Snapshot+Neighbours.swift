extension Snapshot {
    /// Writes the k nearest rows of each row of a vector field, or of each vector of a list, with their exact scores, into a file
    /// that NumPy reads.
    ///
    /// The file is an array of records, one a query in their order: `rows` (`int64[k]`) and `scores` (`float32[k]`), nearest first,
    /// ties by key, then row. Where a query has fewer than k neighbours −1 and NaN take the places behind them. Rows are
    /// numbered as the snapshot numbers them (`rowNumbers`, `owners`), those of dead documents included, and so are queries
    /// that are the collection's own rows: neither these nor the other rows of their document are among their neighbours, and rows
    /// of documents that are gone or do not take part have none. Scores are those of a search.
    ///
    /// What is found is kept in stretches that fit the memory, each durable before the next begins, as `path.part`, with
    /// `path.part.log` beside it, until all is there. An error, `false` from `progress` and the process's death leave them, and the
    /// next call goes on from there, if it asks the same of a snapshot of the same state: a named one, or one of a collection that
    /// nothing was written to, nor, where indexes are used, indexed. It then reads what is there once, to compare it with its
    /// checksums, and the file becomes the same, byte for byte, as without interruption.
    ///
    /// Takes the time of as many searches as there are queries: without indexes each compares all rows, in batches, which is
    /// several times faster than one after the other. Blocks until it is done.
    ///
    /// - Parameters:
    ///   - request: whose neighbours, how many and how, with which memory and threads.
    ///   - path: of the file, which must not exist yet. Only one call at a time may write it.
    ///   - progress: told how many queries are done of how many, from the threads that work, one at a time; `false` cancels.
    /// - Returns: which queries the file has.
    /// - Throws: `alreadyExists`, also where `path.part` or its log is nothing of this call's; `begunOtherwise` if they are of
    ///   another question or state, `lockedByWriter` if another call is writing them; `invalidK`, `invalidSearch`, also for what
    ///   cannot be a file's path, `tooLittleMemory`, `unknownVectorField`, `ambiguousVectorField`, `unknownField`, `invalidFilter`,
    ///   `unknownSearchSetting`; `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector`, with the number of the query; what
    ///   `read` throws; `cancelled`, `damaged`, `usedAfterFork`, `file`.
    @discardableResult
    public func writeNeighbours(
        _ request: NeighbourRequest,
        to path: String,
        progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(StoreError) -> NeighbourSummary {
        try process.require()
        let progress = NeighbourProgress(progress)
        let search = try NeighbourSearch(request, in: self) { progress.isEnded }
        let queries = search.queries
        let format = NeighbourFormat(k: request.k, queryCount: queries.count)
        var files = try NeighbourFiles(path, try search.question(), format)
        let resumedCount = files.completed
        progress.begin(resumedCount, of: queries.count)
        do throws(StoreError) {
            while files.completed < queries.count {
                let first = queries.lowerBound + files.completed
                let stretch = first..<min(queries.upperBound, first + search.memory.stretchCount)
                let records = try search.records(stretch, format, progress)
                try files.append(records, queryCount: stretch.count)
            }
            if progress.isEnded { throw .cancelled }
        } catch {
            files.leave()
            throw error
        }
        try files.finish()
        return NeighbourSummary(queries: queries, resumedCount: resumedCount)
    }
}
