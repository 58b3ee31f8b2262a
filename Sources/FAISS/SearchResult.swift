/// The hits of a batch of queries, nearest first for each query.
///
/// Queries may have different numbers of hits: fewer than `k` where the index holds fewer rows, or where the lists
/// that were visited do.
public struct SearchResult: Sendable, Equatable {
    /// The labels of all hits, query after query (``Index/Labels`` says what they are).
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

    /// Takes FAISS's rectangular answer, `[queryCount × width]`, and drops the padding (label -1) at the rows' ends.
    init(paddedLabels: [Int64], paddedDistances: [Float], queryCount: Int, width: Int) {
        guard paddedLabels.contains(-1) else {
            labels = paddedLabels
            distances = paddedDistances
            bounds = (0...queryCount).map { $0 * width }
            return
        }
        var labels: [Int64] = []
        var distances: [Float] = []
        var bounds = [0]
        for query in 0..<queryCount {
            for i in query * width..<(query + 1) * width where paddedLabels[i] != -1 {
                labels.append(paddedLabels[i])
                distances.append(paddedDistances[i])
            }
            bounds.append(labels.count)
        }
        self.labels = labels
        self.distances = distances
        self.bounds = bounds
    }
}
