import Indexes

extension Snapshot {
    /// Puts the rows of a vector field into clusters by k-means (Lloyd, 1982), spherical under cosine (Dhillon and Modha, 2001).
    ///
    /// k-means learns from `options.rowsPerCluster` rows a cluster, chosen at random; then every row goes to its cluster. Takes memory
    /// for the rows that it learns from as float32, and a number a row; time for `iterationCount` · `count` distances of each of
    /// these, and `count` of every row.
    ///
    /// - Parameters:
    ///   - vectorField: `nil` stands for the only one.
    ///   - count: of the clusters, 1…1,048,576 and not more than rows.
    ///   - options: seed, passes and threads.
    ///   - progress: told how many rows have been compared of how many, those of every pass counted; `false` cancels.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`, `invalidSearch`; `cancelled`, `index`, `damaged`, `usedAfterFork`, `file`.
    public func cluster(
        vectorField: String? = nil,
        count: Int,
        options: ClusteringOptions = ClusteringOptions(),
        progress: (_ completed: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(StoreError) -> Clustering {
        try process.require()
        let field = try view.vectorField(orOnly: vectorField)
        try options.check(count: count)
        let run = ClusteringRun(self, field, count: count, options)
        return try run.run(progress: progress)
    }
}

extension ClusteringOptions {
    fileprivate func check(count: Int) throws(StoreError) {
        for (name, value, allowed) in [
            ("the number of clusters", count, 1...1_048_576),
            ("iterationCount", iterationCount, 1...10_000),
            ("rowsPerCluster", rowsPerCluster, 1...Int(Int32.max)),
        ] where !allowed.contains(value) {
            throw .invalidSearch(
                reason: "\(name) is \(value), not \(allowed.lowerBound) to \(allowed.upperBound)"
            )
        }
    }
}
