import FAISS

/// The `k` nearest rows of `rows` to `query`, nearest first, by comparing all, summed in double precision.
func nearest(
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

/// The share of the true `k` nearest rows that `result` holds.
func recall(
    of result: SearchResult,
    k: Int,
    queries: ClusteredRows,
    among rows: ClusteredRows,
    _ metric: Metric
) -> Double {
    var found = 0
    for query in 0..<queries.count {
        let exact = nearest(k, to: queries[query], among: rows, metric).map(\.label)
        found += Set(exact).intersection(result.labels(of: query)).count
    }
    return Double(found) / Double(k * queries.count)
}

/// An index that is trained with `rows` and holds them.
func filled(_ factory: String, _ rows: ClusteredRows, _ metric: Metric) throws(FAISSError) -> Index
{
    var index = try Index(dimension: rows.dimension, factory: factory, metric: metric)
    try index.train(rows.values)
    try index.add(rows.values)
    return index
}
