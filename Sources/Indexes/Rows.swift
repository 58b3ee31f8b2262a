package import CKernels

/// A borrowed view of stored rows, `[count × dimension]`, row-major and without padding.
///
/// Nothing is copied or owned: a value is valid only while the owner of the memory (a mapped file, a
/// snapshot's block) lives. A row's number in an index is its place here, 0..<count.
///
/// `Sendable` holds because the memory is only read, and nobody changes it while it is lent.
public struct Rows: @unchecked Sendable {
    /// How the numbers are stored.
    public let storage: Storage
    /// What "near" means.
    public let metric: Metric
    /// The numbers in a row, 1 or more.
    public let dimension: Int
    /// The rows.
    public let count: Int
    /// The view as the kernels take it.
    package let view: qk_rows

    /// The most rows that one view, and so one index, may have.
    public static let countLimit = Int(Int32.max)

    /// Lends rows to an index.
    ///
    /// - Parameters:
    ///   - dimension: 1...2^24.
    ///   - count: 0...`countLimit`.
    ///   - values: `count × dimension` numbers, aligned for their type; may be `nil` if there are none.
    ///   - norms: `count` Euclidean norms of the rows as stored; cosine needs them.
    ///   - scales: `count` factors; int8 needs them.
    public init(
        storage: Storage,
        metric: Metric,
        dimension: Int,
        count: Int,
        values: UnsafeRawPointer?,
        norms: UnsafePointer<Float>? = nil,
        scales: UnsafePointer<Float>? = nil
    ) {
        precondition((1...1 << 24).contains(dimension), "dimension out of range")
        precondition((0...Self.countLimit).contains(count), "too many rows in one view")
        precondition(values != nil || count == 0, "rows without values")
        precondition(norms != nil || metric != .cosine, "cosine needs the rows' norms")
        precondition(scales != nil || storage != .int8, "int8 rows need their factors")
        precondition((storage == .binary) == (metric == .hamming), "bits go with hamming alone")
        precondition(
            storage != .binary || dimension.isMultiple(of: 8) && dimension <= QK_BINARY_MOST_BITS,
            "rows of bits are whole bytes"
        )
        self.storage = storage
        self.metric = metric
        self.dimension = dimension
        self.count = count
        view = qk_rows(
            values: values,
            norms: norms,
            scales: scales,
            count: UInt64(count),
            dimension: UInt32(dimension),
            storage: storage.kernelStorage,
            metric: metric.kernelMetric
        )
    }

    /// The distance from `query` to one row: the one that every index reports, to the bit.
    public func distance(from query: Query, to row: Int) throws(IndexError) -> Float {
        try check(query)
        precondition((0..<count).contains(row), "row out of range")
        return withUnsafePointer(to: view) {
            qk_distance($0, query.vector, query.norm, UInt64(row))
        }
    }

    /// One row as float32 numbers: for float32 what was put in, for the others what is left of it.
    public func decoded(_ row: Int) -> [Float] {
        precondition((0..<count).contains(row), "row out of range")
        return [Float](unsafeUninitializedCapacity: dimension) { numbers, initialized in
            guard let out = numbers.baseAddress else { return }
            withUnsafePointer(to: view) { qk_decode_row($0, UInt64(row), out) }
            initialized = dimension
        }
    }

    /// Refuses a query that is not for rows like these.
    func check(_ query: Query) throws(IndexError) {
        guard query.vector.count == dimension else {
            throw .dimensionMismatch(expected: dimension, found: query.vector.count)
        }
        guard query.metric == metric else {
            throw .metricMismatch(expected: metric, found: query.metric)
        }
    }
}
