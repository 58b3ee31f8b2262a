/// What is asked of an index, and how that is found out.
public struct TuningOptions: Sendable {
    /// The share of the true nearest rows that is wanted, above 0 and below 1.
    public var recall = 0.95
    /// The nearest rows that count, at least 1.
    public var k = 10
    /// The bytes that the indexes of the field may take, beside the rows; `nil` is any number.
    public var indexByteLimit: Int?
    /// Queries that each index is asked, at least 100.
    public var queryCount = 1_000
    /// Of the choice of queries.
    public var seed: UInt64 = 0
    /// Threads that may build an index, the caller's included. Searches are timed on one.
    public var threadCount = 1

    /// A recall of .95 of the 10 nearest, in any space; 1,000 queries, seed 0, one thread.
    public init() {}
}
