/// All hits of a batch of queries within a radius, nearest first for each query.
public struct RangeSearchResult: Sendable, Equatable {
    /// The labels of all hits, query after query.
    public let labels: [Int64]
    /// Their distances, in the index's metric: squared Euclidean distances, or dot products (larger is nearer).
    public let distances: [Float]
    /// The hits of query `q` are at `bounds[q] ..< bounds[q + 1]`; one number a query and one for the end.
    public let bounds: [Int]

    /// How many queries were asked.
    public var queryCount: Int { bounds.count - 1 }

    /// The labels of one query's hits.
    ///
    /// - Precondition: `query` is one of the batch.
    public func labels(of query: Int) -> ArraySlice<Int64> {
        labels[bounds[query]..<bounds[query + 1]]
    }

    /// The distances of one query's hits.
    ///
    /// - Precondition: `query` is one of the batch.
    public func distances(of query: Int) -> ArraySlice<Float> {
        distances[bounds[query]..<bounds[query + 1]]
    }

    init(labels: [Int64], distances: [Float], bounds: [Int]) {
        self.labels = labels
        self.distances = distances
        self.bounds = bounds
    }
}
