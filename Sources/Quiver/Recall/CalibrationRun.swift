import Indexes
import Synchronization

/// Measures how recall grows with effort: searches for the queries of samples exactly, and then with one effort after the other.
struct CalibrationRun {
    /// What settings are multiplied with, each about the square root of 2 times the one before.
    static let efforts: [Double] = [
        0.125, 0.18, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16,
    ]

    /// Past this, more effort than the usual is not worth a measurement.
    private static let highestRecall = 0.9995
    /// Exact searches share their passes over the rows.
    private static let batchCount = 16
    /// Many nearest rows of a query tell much: fewer queries do.
    private static let queryShareOfLargeCounts = 4

    private let field: StoredField
    private let search: VectorSearch
    private let selections: SearchSelections
    private let snapshot: Snapshot
    private let threadCount: Int
    private let progress: @Sendable (Progress) -> Bool
    private let counters: Counters

    private final class Counters: Sendable {
        let completed = Atomic<Int>(0)
        let total = Atomic<Int>(0)
        let isCancelled = Atomic<Bool>(false)
        let telling = Mutex<Void>(())
    }

    init(
        _ field: StoredField,
        of snapshot: Snapshot,
        threadCount: Int,
        progress: @escaping @Sendable (Progress) -> Bool
    ) throws(StoreError) {
        let counters = Counters()
        self.field = field
        self.snapshot = snapshot
        self.threadCount = threadCount
        self.progress = progress
        self.counters = counters
        let limits = SearchLimits(deadline: nil) {
            counters.isCancelled.load(ordering: .relaxed)
        }
        search = VectorSearch(
            snapshot: snapshot,
            field: field,
            request: SearchRequest([]),
            limits: limits
        )
        selections = try SearchSelections(SearchScope(), in: snapshot)
    }

    /// - Throws: `cancelled`, `damaged`, `file`.
    func run(_ samples: [CalibrationSample]) throws(StoreError) -> RecallCalibration {
        var curves: [RecallCurve] = []
        var quantiles: [RecallBasis: [Float]] = [:]
        let largest = RecallCalibration.counts.last ?? 1
        counters.total.store(
            samples.reduce(0) {
                $0 + $1.queries.count + Self.searchCount(ofQueries: $1.queries.count)
            },
            ordering: .relaxed
        )
        for sample in samples where !sample.queries.isEmpty {
            let truth = try nearestDistances(sample, count: largest)
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

    /// The distances of the nearest rows of each query, found exactly.
    private func nearestDistances(
        _ sample: CalibrationSample,
        count: Int
    ) throws(StoreError) -> [[Float]] {
        let batches = stride(from: 0, to: sample.queries.count, by: Self.batchCount).map {
            $0..<min($0 + Self.batchCount, sample.queries.count)
        }
        let found = try concurrentResults(batches.count, threadCount: threadCount) {
            (number, _) throws(StoreError) in
            let batch = batches[number]
            let lists = try search.nearest(
                Array(sample.queries[batch]),
                // The row itself may be the nearest.
                count: count + 1,
                in: selections,
                effort: .exact,
                notes: nil
            )
            try tell(batch.count)
            return zip(batch, lists).map { query, list in
                distances(list, of: query, in: sample, count: count)
            }
        }
        return found.flatMap { $0 }
    }

    private func distances(
        _ list: [Candidate],
        of query: Int,
        in sample: CalibrationSample,
        count: Int
    ) -> [Float] {
        let own = sample.rows?[query]
        return list.lazy
            .filter { CalibrationRow(location: $0.location, row: $0.row) != own }
            .prefix(count)
            .map(\.distance)
    }

    /// What one query found with one effort.
    fileprivate struct Finding: Sendable {
        let recall: Double
        let distanceCount: Int
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
                let finding = try self.finding(
                    query,
                    of: sample,
                    truth[query],
                    count: count,
                    effort: effort
                )
                if query % 64 == 63 { try tell(64) }
                return finding
            }
            try tell(queryCount % 64)
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

    private func finding(
        _ query: Int,
        of sample: CalibrationSample,
        _ truth: [Float],
        count: Int,
        effort: Double
    ) throws(StoreError) -> Finding {
        let notes = SearchNotes()
        let own = sample.rows?[query]
        var absent: SearchEffort.AbsentRow?
        if let own, case .segment(let place, _) = own.location {
            absent = .init(segment: place, row: UInt32(own.row))
        }
        let lists = try search.nearest(
            [sample.queries[query]],
            count: own == nil ? count : count + 1,
            in: selections,
            effort: .factor(effort, absent: absent),
            notes: notes
        )
        let found = distances(lists[0], of: query, in: sample, count: count)
        let wanted = min(count, truth.count)
        // Of rows that are equally far any will do.
        let share =
            wanted == 0
            ? 1 : Double(found.prefix(wanted).count { $0 <= truth[wanted - 1] }) / Double(wanted)
        return Finding(
            recall: share,
            distanceCount: notes.explanation.parts.reduce(0) { $0 + $1.distanceCount }
        )
    }

    private func tell(_ count: Int) throws(StoreError) {
        let completed = counters.completed.wrappingAdd(count, ordering: .relaxed).newValue
        let goesOn = counters.telling.withLock { _ in
            // Who has said no is not asked again.
            guard !counters.isCancelled.load(ordering: .relaxed) else { return false }
            let now = Progress(
                stage: .calibrating,
                completed: completed,
                total: max(completed, counters.total.load(ordering: .relaxed))
            )
            let goesOn = progress(now)
            counters.isCancelled.store(!goesOn, ordering: .relaxed)
            return goesOn
        }
        guard goesOn else { throw .cancelled }
    }
}

extension RecallCurve.Point {
    /// The mean of what queries found with one effort.
    fileprivate init(effort: Double, _ found: [CalibrationRun.Finding]) {
        let count = Double(found.count)
        let mean = found.reduce(0) { $0 + $1.recall } / count
        let squares = found.reduce(0) { $0 + ($1.recall - mean) * ($1.recall - mean) }
        self.init(
            effort: effort,
            recall: mean,
            deviation: (squares / max(1, count - 1)).squareRoot(),
            distanceCount: found.reduce(0) { $0 + Double($1.distanceCount) } / count
        )
    }
}
