internal import CKernels

/// Sketches of the rows that a graph links, by which it is walked: int8 numbers times a factor a row, of how each row lies about the
/// rows' mean; under cosine of the rows at length 1. They are a quarter of the bytes, and only what a walk has found is compared
/// with the rows themselves.
///
/// Borrowed, as the graph is.
struct GraphSketches {
    /// `[dimension]`.
    let origin: UnsafePointer<Float>
    /// As many as the rows, of `l2` or `innerProduct`.
    let rows: Rows

    var view: qk_rows { rows.view }

    init(
        origin: UnsafePointer<Float>,
        scales: UnsafePointer<Float>,
        values: UnsafeRawPointer,
        count: Int,
        dimension: Int,
        metric: Metric
    ) {
        self.origin = origin
        rows = Rows(
            storage: .int8,
            metric: metric == .l2 ? .l2 : .innerProduct,
            dimension: dimension,
            count: count,
            values: values,
            scales: scales
        )
    }

    /// A query as sketches are compared with it. Dot products with the origin are the same for all rows.
    func prepared(_ query: Query) -> Query {
        guard query.metric == .l2 else { return Query(query.vector, metric: .innerProduct) }
        return Query(query.vector.indices.map { query.vector[$0] - origin[$0] }, metric: .l2)
    }
}
