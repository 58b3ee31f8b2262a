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
    private var threadCount: Int { min(max(1, options.threadCount), Self.maximumThreadCount) }

    func run(
        progress: (_ completed: Int, _ total: Int) -> Bool
    ) throws(StoreError) -> Clustering {
        let live = try liveRows()
        guard live.count >= count else {
            throw .invalidSearch(
                reason: "there are \(live.count) rows for \(count) clusters"
            )
        }
        let learned = sample(of: live)
        let total = options.iterationCount * learned.count + live.count
        let means = try means(of: learned) { progress($0 * learned.count, total) }
        var clusters = [Int32](repeating: -1, count: view.rowCount(of: field.id))
        var sizes = [Int](repeating: 0, count: count)
        let blockCount = max(256, Self.blockByteCount / (4 * dimension))
        var completed = total - live.count
        for start in stride(from: 0, to: live.count, by: blockCount) {
            guard progress(completed, total) else { throw .cancelled }
            let rows = live[start..<min(live.count, start + blockCount)]
            let assigned = try assign(try vectors(rows), to: means)
            for (row, cluster) in zip(rows, assigned) {
                clusters[row] = cluster
                sizes[Int(cluster)] += 1
            }
            completed += rows.count
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
        of rows: [Int],
        progress: (_ passCount: Int) -> Bool
    ) throws(StoreError) -> RowMeans {
        let vectors = try vectors(rows[...])
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

    /// The rows of documents that a search can find, by number.
    private func liveRows() throws(StoreError) -> [Int] {
        var rows: [Int] = []
        for part in view.parts {
            let first = view.firstRow(of: part, field.id)
            let map = view.rowMap(of: part, field.id)
            let dead = view.documents(of: part).dead
            for ordinal in 0..<view.documents(of: part).count
            where !dead.contains(UInt32(ordinal)) {
                let own = try map.rows(of: ordinal)
                rows += (first + own.lowerBound)..<(first + own.upperBound)
            }
        }
        return rows
    }

    /// As many of them as k-means is to learn from, in their order.
    private func sample(of rows: [Int]) -> [Int] {
        let (wanted, overflows) = count.multipliedReportingOverflow(by: options.rowsPerCluster)
        guard !overflows, wanted < rows.count else { return rows }
        var random = SplitMix64(seed: options.seed)
        var missing = wanted
        var chosen: [Int] = []
        chosen.reserveCapacity(wanted)
        // Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S.
        for (place, row) in rows.enumerated()
        where Int.random(in: 0..<(rows.count - place), using: &random) < missing {
            chosen.append(row)
            missing -= 1
        }
        return chosen
    }

    /// Rows as k-means compares them, one behind the other.
    private func vectors(_ rows: ArraySlice<Int>) throws(StoreError) -> [Float] {
        let numbered = RowOwners(view, field.id)
        var vectors: [Float] = []
        vectors.reserveCapacity(rows.count * dimension)
        for row in rows {
            let (document, own) = try numbered.owner(of: row)
            let vector = try view.row(own, at: document, of: field)
            guard field.field.metric == .cosine else {
                vectors += vector
                continue
            }
            let norm = max(StoredRow.norm(vector), .leastNormalMagnitude)
            vectors += vector.map { $0 / norm }
        }
        return vectors
    }
}
