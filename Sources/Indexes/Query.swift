internal import CKernels

/// A query vector with what is computed once for all rows.
public struct Query: Sendable {
    /// The numbers, as given.
    public let vector: [Float]
    /// The metric that the query is for.
    public let metric: Metric
    /// The Euclidean norm of `vector`.
    public let norm: Float

    /// Prepares `vector`. Its numbers must be finite: who takes a vector from outside has checked that.
    public init(_ vector: [Float], metric: Metric) {
        self.vector = vector
        self.metric = metric
        norm = vector.withUnsafeBufferPointer { numbers in
            numbers.baseAddress.map { qk_norm($0, numbers.count) } ?? 0
        }
    }
}
