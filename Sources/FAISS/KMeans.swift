internal import CFAISS

/// Lloyd's k-means with FAISS: `count` centroids of rows, each row belonging to the nearest.
///
///     let means = try KMeans.train(rows.span, dimension: 384, count: 256)
///     means.centroids        // [256 × 384]
public struct KMeans: Sendable, Equatable {
    /// `[count × dimension]`, row-major.
    public let centroids: [Float]
    /// Numbers a row.
    public let dimension: Int
    /// The sum of squared distances of the rows to their centroids (of dot products if spherical) after each iteration,
    /// of all runs one behind the other.
    public let objectives: [Float]

    /// How many centroids there are.
    public var count: Int { centroids.count / dimension }

    /// How k-means runs.
    public struct Parameters: Sendable, Equatable {
        /// Iterations of each run, at least 1.
        public var iterationCount: Int
        /// Runs from other starts, of which the best is kept; at least 1.
        public var runCount: Int
        /// The same seed and rows give the same centroids.
        public var seed: UInt32
        /// Centroids are brought to norm 1, and rows belong to the one of the largest dot product.
        public var isSpherical: Bool
        /// Rows a centroid that are looked at, at most; more are sampled.
        public var rowsPerCentroid: Int

        /// FAISS's own choices.
        public init(
            iterationCount: Int = 25,
            runCount: Int = 1,
            seed: UInt32 = 1_234,
            isSpherical: Bool = false,
            rowsPerCentroid: Int = 256
        ) {
            self.iterationCount = iterationCount
            self.runCount = runCount
            self.seed = seed
            self.isSpherical = isSpherical
            self.rowsPerCentroid = rowsPerCentroid
        }
    }

    /// Finds the centroids. Blocks, on the calling thread.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`, at least `count`.
    ///   - dimension: 1…65,536.
    ///   - count: 1…1,048,576.
    ///   - progress: Told how many iterations are done; false stops with `.cancelled`.
    /// - Throws: `.outOfRange`, `.notWholeRows`, `.notFinite`, `.tooLarge`, `.tooFewTrainingRows`, `.cancelled`.
    public static func train(
        _ rows: Span<Float>,
        dimension: Int,
        count: Int,
        parameters: Parameters = Parameters(),
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> KMeans {
        try check("dimension", dimension, in: Limits.dimension)
        try check("count", count, in: Limits.listCount)
        try check("iterationCount", parameters.iterationCount, in: 1...10_000)
        try check("runCount", parameters.runCount, in: 1...1_000)
        try check("rowsPerCentroid", parameters.rowsPerCentroid, in: 1...Int(Int32.max))
        let rowCount = try checkedRowCount(rows, dimension: dimension)
        guard rowCount >= count else {
            throw .tooFewTrainingRows(required: count, found: rowCount)
        }
        let settings = cfaiss_kmeans_settings(
            dimension: Int32(dimension),
            centroid_count: Int32(count),
            iteration_count: Int32(parameters.iterationCount),
            redo_count: Int32(parameters.runCount),
            seed: Int32(bitPattern: parameters.seed),
            is_spherical: parameters.isSpherical ? 1 : 0,
            rows_per_centroid: Int32(parameters.rowsPerCentroid)
        )
        var centroids = [Float](repeating: 0, count: count * dimension)
        var objectives = [Float](
            repeating: 0,
            count: parameters.iterationCount * parameters.runCount
        )
        var objectiveCount: Int32 = 0
        try check(
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: 1, progress) { work in
                    cfaiss_kmeans_train(
                        settings,
                        Int64(rowCount),
                        rows.baseAddress,
                        work,
                        &centroids,
                        &objectives,
                        &objectiveCount
                    )
                }
            }
        )
        return KMeans(
            centroids: centroids,
            dimension: dimension,
            objectives: Array(objectives.prefix(Int(objectiveCount)))
        )
    }
}

/// The same operations for arrays.
extension KMeans {
    /// `train(_:dimension:count:parameters:progress:)` with an array.
    public static func train(
        _ rows: [Float],
        dimension: Int,
        count: Int,
        parameters: Parameters = Parameters(),
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> KMeans {
        try train(
            rows.span,
            dimension: dimension,
            count: count,
            parameters: parameters,
            progress: progress
        )
    }
}
