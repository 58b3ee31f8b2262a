extension Snapshot {
    /// Finds what each query looks for.
    ///
    /// Segments are searched by their indexes, or row by row where they have none or the request says so; the
    /// tail's rows always one by one, its words and sparse vectors by indexes in memory. A batch of exact queries reads each block of rows once for several of
    /// them.
    ///
    /// - Returns: one result a query, in the order of the queries.
    /// - Throws: `invalidK`, `invalidSearch`, `invalidFilter`, `unknownField`, `unknownRowColumn`, `unknownSearchSetting`,
    ///   `unknownVectorField`, `unknownKey`, `dimensionMismatch`, `notFinite`, `normOverflow`, `zeroVector` (cosine), `wrongEncoder`,
    ///   `noEncoder`; `deadlineExceeded`, `cancelled`, `rerankingFailed`; `damaged`, `usedAfterFork`, `file`.
    public func search(_ request: SearchRequest) throws(StoreError) -> [SearchResult] {
        try process.require()
        let plan = try SearchPlan(request, in: self)
        let portions = plan.portions
        defer { recall.keepQueries() }
        if portions.count == 1 { return try plan.run(portions[0]) }
        return try concurrentResults(portions.count, threadCount: request.threadCount) {
            (index, _) throws(StoreError) in
            try plan.run(portions[index])
        }.flatMap { $0 }
    }
}
