import FAISS

/// The `k` nearest rows of `rows` to `query`, nearest first, by comparing all, summed in double precision.
private func nearest(
    _ k: Int,
    to query: ArraySlice<Float>,
    among rows: ClusteredRows,
    _ metric: Metric
) -> [(label: Int64, distance: Double)] {
    let all = (0..<rows.count).map { row in
        var sum = 0.0
        for (x, y) in zip(query, rows[row]) {
            let x = Double(x), y = Double(y)
            sum += metric == .l2 ? (x - y) * (x - y) : x * y
        }
        return (label: Int64(row), distance: sum)
    }
    return Array(
        all.sorted { metric == .l2 ? $0.distance < $1.distance : $0.distance > $1.distance }.prefix(
            k
        )
    )
}

/// The true `k` nearest rows of each query under each metric, computed once: comparing all is slow in debug builds.
struct GroundTruth {
    let k: Int
    private let l2: [[(label: Int64, distance: Double)]]
    private let innerProduct: [[(label: Int64, distance: Double)]]

    init(k: Int, queries: ClusteredRows, among rows: ClusteredRows) {
        self.k = k
        l2 = (0..<queries.count).map { nearest(k, to: queries[$0], among: rows, .l2) }
        innerProduct = (0..<queries.count).map {
            nearest(k, to: queries[$0], among: rows, .innerProduct)
        }
    }

    func hits(of query: Int, _ metric: Metric) -> [(label: Int64, distance: Double)] {
        metric == .l2 ? l2[query] : innerProduct[query]
    }

    /// The share of the true nearest rows that `result` holds.
    func recall(of result: SearchResult, _ metric: Metric) -> Double {
        let found = (0..<result.queryCount).map { query in
            Set(hits(of: query, metric).map(\.label)).intersection(result.labels(of: query)).count
        }
        return Double(found.reduce(0, +)) / Double(k * result.queryCount)
    }
}

/// An index that is trained with `rows` and holds them.
func filled(_ factory: String, _ rows: ClusteredRows, _ metric: Metric) throws(FAISSError) -> Index
{
    var index = try Index(dimension: rows.dimension, factory: factory, metric: metric)
    try index.train(rows.values)
    try index.add(rows.values)
    return index
}
