/// Measures how recall grows with effort: searches for the queries of samples exactly, and then with one effort after the other.
struct CalibrationRun {
    /// What settings are multiplied with, each about the square root of 2 times the one before.
    static let efforts: [Double] = [
        0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16,
    ]

    /// Past this, more effort than the usual is not worth a measurement.
    static let highestRecall = 0.9995
    /// Many nearest rows of a query tell much: fewer queries do.
    private static let queryShareOfLargeCounts = 4

    private let field: StoredField
    private let snapshot: Snapshot
    private let samples: [CalibrationSample]
    private let threadCount: Int
    private let progress: QueryProgress
    private let measurement: RecallMeasurement

    init(
        _ samples: [CalibrationSample],
        _ field: StoredField,
        of snapshot: Snapshot,
        threadCount: Int,
        progress: @escaping @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        self.samples = samples.filter { !$0.queries.isEmpty }
        self.field = field
        self.snapshot = snapshot
        self.threadCount = threadCount
        let searchCount = samples.reduce(0) {
            $0 + $1.queries.count + Self.searchCount(ofQueries: $1.queries.count)
        }
        let told = QueryProgress(total: searchCount, progress)
        self.progress = told
        measurement = try RecallMeasurement(field, of: snapshot) { told.isCancelled }
    }

    /// - Throws: `cancelled`, `damaged`, `file`.
    func run() throws(StoreError) -> RecallCalibration {
        var curves: [RecallCurve] = []
        var quantiles: [RecallBasis: [Float]] = [:]
        for sample in samples {
            let truth = try measurement.nearestDistances(
                sample,
                count: RecallCalibration.counts.last ?? 1,
                threadCount: threadCount
            ) { (count) throws(StoreError) in try progress.tell(count) }
            if sample.basis == .rows || sample.basis == .queries {
                quantiles[sample.basis] = Self.quantiles(of: truth.compactMap(\.first))
            }
            curves += try self.curves(sample, truth)
        }
        return RecallCalibration(
            commit: snapshot.commit,
            time: nanosecondsSince1970(),
            curves: curves,
            segments: snapshot.view.segments.compactMap { segment in
                segment.segment.indexRecord(of: field.id).map {
                    .init(
                        id: segment.segment.id,
                        indexGeneration: $0.generation,
                        rowCount: segment.segment.rows(of: field.id).count,
                        deadCount: segment.dead.count
                    )
                }
            },
            nearestDistances: quantiles
        )
    }

    /// Searches with one effort or another, if all of them are needed.
    private static func searchCount(ofQueries count: Int) -> Int {
        efforts.count
            * RecallCalibration.counts.reduce(0) { $0 + queryCount(of: count, wanting: $1) }
    }

    /// How many of a sample's queries are searched for `k` rows.
    private static func queryCount(of count: Int, wanting k: Int) -> Int {
        k > 10 ? max(min(QuerySample.leastCount, count), count / queryShareOfLargeCounts) : count
    }

    private static func quantiles(of distances: [Float]) -> [Float] {
        let sorted = distances.sorted()
        guard !sorted.isEmpty else { return [] }
        return (0...32).map { sorted[$0 * (sorted.count - 1) / 32] }
    }

    private func curves(
        _ sample: CalibrationSample,
        _ truth: [[Float]]
    ) throws(StoreError) -> [RecallCurve] {
        var curves: [RecallCurve] = []
        // Each by searches of its own: how many are wanted decides how thoroughly an index looks.
        for count in RecallCalibration.counts {
            let queryCount = Self.queryCount(of: truth.count, wanting: count)
            curves += try self.curves(sample, truth, count: count, queryCount: queryCount)
        }
        return curves
    }

    /// The queries of a sample of which there is to be a curve.
    private func groups(
        of sample: CalibrationSample,
        _ truth: ArraySlice<[Float]>
    ) -> [(basis: RecallBasis, queries: [Int])] {
        let all = (sample.basis, Array(truth.indices))
        guard sample.basis == .queries, truth.count >= 2 * QuerySample.leastCount else {
            return [all]
        }
        let byDistance = truth.indices.sorted {
            (truth[$0].first ?? .infinity, $0) < (truth[$1].first ?? .infinity, $1)
        }
        let half = byDistance.count / 2
        return [all, (.farQueries, Array(byDistance[half...]))]
    }

    private func curves(
        _ sample: CalibrationSample,
        _ truth: [[Float]],
        count: Int,
        queryCount: Int
    ) throws(StoreError) -> [RecallCurve] {
        let groups = groups(of: sample, truth[..<queryCount])
        var points: [[RecallCurve.Point]] = groups.map { _ in [] }
        for effort in Self.efforts {
            let found = try concurrentResults(queryCount, threadCount: threadCount) {
                (query, _) throws(StoreError) in
                let finding = try measurement.finding(
                    query,
                    of: sample,
                    truth[query],
                    count: count,
                    effort: effort
                )
                if query % 64 == 63 { try progress.tell(64) }
                return finding
            }
            try progress.tell(queryCount % 64)
            for group in groups.indices {
                let findings = groups[group].queries.map { found[$0] }
                points[group].append(.init(effort: effort, findings))
            }
            let lowest = points.reduce(1) { min($0, $1.last?.recall ?? 0) }
            if effort >= 1, lowest >= Self.highestRecall { break }
        }
        return zip(groups, points).map { group, points in
            RecallCurve(
                basis: group.basis,
                k: count,
                queryCount: group.queries.count,
                points: points
            )
        }
    }
}
