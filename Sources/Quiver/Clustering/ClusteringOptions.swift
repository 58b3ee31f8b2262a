/// How rows are clustered.
public struct ClusteringOptions: Sendable {
    /// Of the choice of the rows that k-means learns from and begins with: the same seed and rows give the same clusters.
    public var seed: UInt64 = 0
    /// Passes of k-means, 1…10,000.
    public var iterationCount = 25
    /// Rows a cluster that k-means learns from, at most; 1 or more. Of more it takes a sample.
    public var rowsPerCluster = 256
    /// Threads that may work, the caller's included.
    public var threadCount = 1

    /// Seed 0, 25 passes over up to 256 rows a cluster, one thread.
    public init() {}
}
