internal import CFAISS

/// Lloyd's k-means with FAISS: `count` centroids of rows, each row belonging to the nearest.
///
///     let means = try KMeans.train(rows.span, dimension: 384, count: 256)
///     means.centroids        // [256 × 384]
///     try means.assign(rows) // [n], each 0 … 255
public struct KMeans: Sendable, Equatable {
    /// `[count × dimension]`, row-major.
    public let centroids: [Float]
    /// Numbers a row.
    public let dimension: Int
    /// The sum of squared distances of the rows to their centroids (of dot products if spherical) after each iteration,
    /// of all runs one behind the other.
    public let objectives: [Float]

    /// Whether centroids are of norm 1, and rows belong to the one of the largest dot product.
    public let isSpherical: Bool

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

        /// FAISS's own choices, where no other is given.
        ///
        /// - Parameters:
        ///   - iterationCount: Iterations of each run, 1…10,000.
        ///   - runCount: Runs from other starts, of which the best is kept; 1…1,000.
        ///   - seed: Of the rows that are sampled and that centroids start from.
        ///   - isSpherical: Whether centroids are brought to norm 1.
        ///   - rowsPerCentroid: Rows a centroid that are looked at, at most; 1 or more.
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

    /// Finds the centroids. Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`, at least `count`.
    ///   - dimension: 1…65,536.
    ///   - count: 1…1,048,576.
    ///   - parameters: How k-means runs.
    ///   - threadCount: How many threads may look for rows' nearest centroids, the calling one among them, 1…1,024; the
    ///     centroids are the same to the bit.
    ///   - progress: Told how many iterations are done; false stops with `.cancelled`.
    /// - Throws: `.outOfRange`, `.notWholeRows`, `.notFinite`, `.tooLarge`, `.tooFewTrainingRows`, `.cancelled`,
    ///   `.outOfMemory`.
    public static func train(
        _ rows: Span<Float>,
        dimension: Int,
        count: Int,
        parameters: Parameters = Parameters(),
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> KMeans {
        try check("dimension", dimension, in: Limits.dimension)
        try check("count", count, in: Limits.listCount)
        try check("iterationCount", parameters.iterationCount, in: 1...10_000)
        try check("runCount", parameters.runCount, in: 1...1_000)
        try checkThreadCount(threadCount)
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
        let size = try elementCount(count, dimension)
        try checkRoom(for: size, elementByteCount: MemoryLayout<Float>.size)
        var centroids = [Float](repeating: 0, count: size)
        var objectives = [Float](
            repeating: 0,
            count: parameters.iterationCount * parameters.runCount
        )
        var objectiveCount: Int32 = 0
        try check(
            rows.withUnsafeBufferPointer { rows in
                withWork(threadCount: threadCount, progress) { work in
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
            objectives: Array(objectives.prefix(Int(objectiveCount))),
            isSpherical: parameters.isSpherical
        )
    }

    /// The number of the centroid to which each row belongs, of equally near ones the first: one a row. Blocks.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`; none is allowed.
    ///   - threadCount: How many threads may share the rows, the calling one among them, 1…1,024.
    /// - Throws: `.notWholeRows`, `.notFinite`, `.tooLarge`, `.outOfRange`, `.outOfMemory`.
    public func assign(_ rows: Span<Float>, threadCount: Int = 1) throws(FAISSError) -> [Int32] {
        try checkThreadCount(threadCount)
        let rowCount = try checkedRowCount(rows, dimension: dimension)
        var settings = cfaiss_kmeans_settings()
        settings.dimension = Int32(dimension)
        settings.centroid_count = Int32(count)
        settings.is_spherical = isSpherical ? 1 : 0
        return try filledArray(rowCount) { assigned in
            rows.withUnsafeBufferPointer { rows in
                cfaiss_kmeans_assign(
                    settings,
                    centroids,
                    Int64(rowCount),
                    rows.baseAddress,
                    Int32(threadCount),
                    assigned
                )
            }
        }
    }
}

/// The same operations for arrays.
extension KMeans {
    /// `train(_:dimension:count:parameters:threadCount:progress:)` with an array.
    public static func train(
        _ rows: [Float],
        dimension: Int,
        count: Int,
        parameters: Parameters = Parameters(),
        threadCount: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(FAISSError) -> KMeans {
        try train(
            rows.span,
            dimension: dimension,
            count: count,
            parameters: parameters,
            threadCount: threadCount,
            progress: progress
        )
    }

    /// `assign(_:threadCount:)` with an array.
    public func assign(_ rows: [Float], threadCount: Int = 1) throws(FAISSError) -> [Int32] {
        try assign(rows.span, threadCount: threadCount)
    }
}
