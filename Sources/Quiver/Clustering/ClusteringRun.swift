import Indexes

/// k-means over the rows of a vector field of a snapshot.
struct ClusteringRun {
    /// Rows that are decoded at a time.
    private static let blockByteCount = 8 << 20
    private static let maximumThreadCount = 1_024

    private let snapshot: Snapshot
    private let field: StoredField
    private let count: Int
    private let options: ClusteringOptions

    init(
        _ snapshot: Snapshot,
        _ field: StoredField,
        count: Int,
        _ options: ClusteringOptions
    ) {
        self.snapshot = snapshot
        self.field = field
        self.count = count
        self.options = options
    }

    private var view: CollectionView { snapshot.view }
    private var dimension: Int { field.field.dimension }
    private var rows: LiveRows { LiveRows(of: field, in: view) }
    private var threadCount: Int { min(max(1, options.threadCount), Self.maximumThreadCount) }

    func run(
        progress: (_ completed: Int, _ total: Int) -> Bool
    ) throws(StoreError) -> Clustering {
        let live = try rows.numbers()
        guard live.count >= count else {
            throw .invalidSearch(
                reason: "there are \(live.count) rows for \(count) clusters"
            )
        }
        let (wanted, overflows) = count.multipliedReportingOverflow(by: options.rowsPerCluster)
        let learned = LiveRows.sample(
            of: live,
            count: overflows ? .max : wanted,
            seed: options.seed
        )
        let total = options.iterationCount * learned.count + live.count
        let means = try means(of: learned) { progress($0 * learned.count, total) }
        var clusters = [Int32](repeating: -1, count: view.rowCount(of: field.id))
        var sizes = [Int](repeating: 0, count: count)
        let blockCount = max(256, Self.blockByteCount / (4 * dimension))
        var completed = total - live.count
        for start in stride(from: 0, to: live.count, by: blockCount) {
            guard progress(completed, total) else { throw .cancelled }
            let block = live[start..<min(live.count, start + blockCount)]
            let assigned = try assign(try rows.vectors(block), to: means)
            for (row, cluster) in zip(block, assigned) {
                clusters[row] = cluster
                sizes[Int(cluster)] += 1
            }
            completed += block.count
        }
        guard progress(total, total) else { throw .cancelled }
        return Clustering(
            centroids: stride(from: 0, to: means.centroids.count, by: dimension).map {
                Array(means.centroids[$0..<($0 + dimension)])
            },
            clusters: clusters,
            sizes: sizes,
            objectives: means.objectives
        )
    }

    private func means(
        of learned: [Int],
        progress: (_ passCount: Int) -> Bool
    ) throws(StoreError) -> RowMeans {
        let vectors = try rows.vectors(learned[...])
        do {
            return try RowMeans(
                of: vectors,
                dimension: dimension,
                count: count,
                metric: field.field.metric,
                iterationCount: options.iterationCount,
                seed: options.seed,
                threadCount: threadCount,
                progress: progress
            )
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .index(error)
        }
    }

    private func assign(_ rows: [Float], to means: RowMeans) throws(StoreError) -> [Int32] {
        do {
            return try means.assign(rows, threadCount: threadCount)
        } catch {
            throw .index(error)
        }
    }
}
