/// How the recall of searches is measured.
public struct CalibrationOptions: Sendable {
    /// Queries of each sample, at least 100. With 1,200 the interval of a recall is 0.03 wide at most.
    public var queryCount = 1_200
    /// Of the choice of rows and queries.
    public var seed: UInt64 = 0
    /// Threads that may work at once, the caller's included.
    public var threadCount = 1

    /// 1,200 queries, seed 0, one thread.
    public init() {}

    /// Another number of queries, another seed, more threads.
    public init(queryCount: Int = 1_200, seed: UInt64 = 0, threadCount: Int = 1) {
        self.queryCount = queryCount
        self.seed = seed
        self.threadCount = threadCount
    }
}
