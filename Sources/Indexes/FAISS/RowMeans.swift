internal import FAISS

/// The middles of k-means over rows.
public struct RowMeans: Sendable {
    private let means: KMeans

    /// `[count × dimension]`.
    public var centroids: [Float] { means.centroids }
    /// The sum of what k-means makes small (or, of unit rows, large) after each iteration.
    public var objectives: [Float] { means.objectives }

    /// Lloyd's algorithm, from rows that the seed chooses; the same rows and seed give the same middles on any number of threads.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`, at least `count`; of norm 1 where they are compared by angle.
    ///   - metric: `cosine` gives middles of norm 1, to which rows belong by their angle; the other two by Euclidean distance.
    ///   - progress: told how many iterations are done; `false` stops.
    /// - Throws: `unbuildable` if it is the rows that stand against it; `building` if there is too little memory; `cancelled`.
    public init(
        of rows: [Float],
        dimension: Int,
        count: Int,
        metric: Metric,
        iterationCount: Int,
        seed: UInt64,
        threadCount: Int,
        progress: (_ done: Int) -> Bool
    ) throws(IndexError) {
        let parameters = KMeans.Parameters(
            iterationCount: iterationCount,
            seed: UInt32(truncatingIfNeeded: seed ^ seed >> 32),
            isSpherical: metric == .cosine,
            // Whoever chose the rows has chosen how many count.
            rowsPerCentroid: Int(Int32.max)
        )
        do {
            means = try KMeans.train(
                rows,
                dimension: dimension,
                count: count,
                parameters: parameters,
                threadCount: threadCount
            ) { done, _ in progress(done) }
        } catch {
            throw IndexError(building: error)
        }
    }

    /// The number of the middle to which each row belongs, of equally near ones the first.
    ///
    /// - Throws: `unbuildable`, `building`.
    public func assign(_ rows: [Float], threadCount: Int) throws(IndexError) -> [Int32] {
        do {
            return try means.assign(rows, threadCount: threadCount)
        } catch {
            throw IndexError(building: error)
        }
    }
}
