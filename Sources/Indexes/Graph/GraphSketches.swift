internal import CKernels
internal import FAISS

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

/// Sketches while a graph is laid out.
struct MadeSketches {
    let origin: [Float]
    private(set) var scales: [Float]
    private(set) var values: [Int8]

    var dimension: Int { origin.count }

    /// Fewer numbers are compared as fast as they are fetched.
    private static let leastDimension = 32
    /// Of fewer rows all stay in a core's cache.
    private static let leastCount = 1_000
    /// Rows that the origin is the mean of, spread over all.
    private static let meanCount = 65_536

    /// `nil` where sketches would gain nothing, or would mislead.
    init?(of rows: Rows, threadCount: Int) throws(IndexError) {
        guard rows.storage == .float32, rows.dimension >= Self.leastDimension,
            rows.count >= Self.leastCount
        else { return nil }
        let dimension = rows.dimension
        func scale(_ row: Int) -> Float {
            guard rows.metric == .cosine, let norms = rows.view.norms else { return 1 }
            return norms[row] > 0 ? 1 / norms[row] : 0
        }
        func numbers(_ row: Int) -> UnsafePointer<Float> {
            // Checked above: float32, and there are rows.
            rows.view.values.assumingMemoryBound(to: Float.self) + row * dimension
        }
        var sums = [Double](repeating: 0, count: dimension)
        let used = min(rows.count, Self.meanCount)
        for place in 0..<used {
            let row = place * rows.count / used
            let (values, scale) = (numbers(row), scale(row))
            for index in 0..<dimension { sums[index] += Double(values[index] * scale) }
        }
        let origin = sums.map { Float($0 / Double(used)) }
        self.origin = origin
        scales = [Float](repeating: 0, count: rows.count)
        values = [Int8](repeating: 0, count: rows.count * dimension)
        var moved = [Float](repeating: 0, count: dimension)
        scales.withUnsafeMutableBufferPointer { scales in
            values.withUnsafeMutableBufferPointer { values in
                moved.withUnsafeMutableBufferPointer { moved in
                    guard let out = values.baseAddress, let factors = scales.baseAddress,
                        let room = moved.baseAddress
                    else { return }
                    for row in 0..<rows.count {
                        let (values, scale) = (numbers(row), scale(row))
                        for index in 0..<dimension {
                            room[index] = values[index] * scale - origin[index]
                        }
                        qk_quantize_int8(room, dimension, out + row * dimension, factors + row)
                    }
                }
            }
        }
        guard try areFaithful(to: rows, threadCount: threadCount) else { return nil }
    }

    private func areFaithful(to rows: Rows, threadCount: Int) throws(IndexError) -> Bool {
        do {
            return try origin.withUnsafeBufferPointer { (origin) throws(FAISSError) in
                try scales.withUnsafeBufferPointer { (scales) throws(FAISSError) in
                    try values.withUnsafeBufferPointer { (values) throws(FAISSError) in
                        guard let origin = origin.baseAddress, let scales = scales.baseAddress,
                            let values = values.baseAddress
                        else { return false }
                        let sketches = GraphSketches(
                            origin: origin,
                            scales: scales,
                            values: values,
                            count: rows.count,
                            dimension: rows.dimension,
                            metric: rows.metric
                        )
                        return try RowSketches.areFaithful(
                            rows: rows.view,
                            sketches: sketches.view,
                            origin: origin,
                            threadCount: threadCount
                        )
                    }
                }
            }
        } catch {
            throw .building(message: error.description)
        }
    }
}
