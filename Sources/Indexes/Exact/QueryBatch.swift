/// Queries side by side, as the batched kernel takes them.
struct QueryBatch {
    let count: Int
    let dimension: Int
    /// `[count × dimension]`.
    let vectors: [Float]
    /// `[count]`.
    let norms: [Float]

    /// Queries of one dimension.
    init(_ queries: [Query]) {
        count = queries.count
        dimension = queries.first?.vector.count ?? 0
        var vectors: [Float] = []
        vectors.reserveCapacity(count * dimension)
        for query in queries { vectors.append(contentsOf: query.vector) }
        self.vectors = vectors
        norms = queries.map(\.norm)
    }
}
